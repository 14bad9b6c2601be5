import type { Api, Fields, KafkaError, StructIn, StructOut } from "@moldau/protocol-codec";
import type { RequestOptions } from "./pending-request.js";

/** One connection to one broker, as those see it who make requests on it; doubles in tests implement it. */
export interface BrokerConnection {
  /** Node id of the broker; negative for a seed. */
  readonly node: number;
  /** Whether it takes requests. */
  readonly isOpen: boolean;
  /**
   * The newest version of an API that both sides speak, at most `max`.
   *
   * @throws {KafkaError} UNSUPPORTED_VERSION naming both ranges; CLIENT_CONNECTION_CLOSED when the connection is over.
   */
  versionOf<Req extends Fields, Res extends Fields>(api: Api<Req, Res>, options?: { readonly max?: number }): number;
  /** Whether both sides speak this version of an API. */
  supports<Req extends Fields, Res extends Fields>(api: Api<Req, Res>, version: number): boolean;
  /** The level of a feature such as `transaction.version` that the cluster had agreed on when the connection was opened (KIP-584); 0 for none. */
  featureLevel(name: string): number;
  /**
   * Sends a request and gives its answer.
   *
   * It waits unwritten while the broker has asked for quiet (`throttleTimeMs`), while the socket takes no more, and while a login is renewed.
   * The fact `written` on an error says whether the broker may have seen the request.
   *
   * @throws {KafkaError} CLIENT_REQUEST_TIMEOUT: the connection is then closed, because its later answers could not be told apart from late ones;
   * CLIENT_CONNECTION_CLOSED, CLIENT_ABORTED; EncodeError or DecodeError for a body that does not fit.
   */
  request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    version: number,
    body: StructIn<Req>,
    options?: RequestOptions,
  ): Promise<StructOut<Res>>;
  /**
   * Sends a request that no answer will come to (Produce with acks 0); resolves when the operating system has taken it.
   *
   * @throws {KafkaError} as {@link request} does.
   */
  send<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    version: number,
    body: StructIn<Req>,
    options?: RequestOptions,
  ): Promise<void>;
  /** Ends the connection at once; what waits on it fails with `error` as the cause, by default because the client closed it. */
  destroy(error?: KafkaError): void;
}

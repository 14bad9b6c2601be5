import {
  ErrorCode,
  kafkaError,
  type Api,
  type Fields,
  type KafkaError,
  type KafkaErrorFacts,
  type StructOut,
} from "@moldau/protocol-codec";
import type { Connection } from "../connection/connection.js";
import { isConnectionFailure } from "../errors.js";
import type { Lease } from "./lease.js";
import type { Cluster } from "./cluster.js";
import type { CoordinatorType } from "./coordinators.js";
import type { OperationOptions, RequestBody } from "./requester.js";

/** Which coordinator, and by whose connections. */
export interface CoordinatorClientOptions {
  readonly cluster: Pick<Cluster, "coordinator" | "forgetCoordinator">;
  readonly lease: Pick<Lease, "connection">;
  readonly type: CoordinatorType;
  /** The group's id, or the transactional id. */
  readonly key: string;
}

/** How a request to the coordinator is made. */
export interface CoordinatorRequestOptions extends OperationOptions {
  /**
   * Over which of the owner's connections: JoinGroup and SyncGroup (`"group"`) wait at the broker until all members have come, and hold up
   * whatever is behind them; commits and the farewell (`"general"`) must not wait for that.
   */
  readonly purpose: "group" | "general";
  /** Newest version to use. Default: the newest that both sides speak. */
  readonly maxVersion?: number | undefined;
}

/** The broker that coordinates a group or a transactional id, wherever it is at the moment. */
export class CoordinatorClient {
  readonly key: string;
  readonly #options: CoordinatorClientOptions;
  #waiting: Connection | undefined;

  constructor(options: CoordinatorClientOptions) {
    this.#options = options;
    this.key = options.key;
  }

  /**
   * Makes one attempt at a request and gives the answer, whatever error codes stand in it; hand those to {@link check}.
   *
   * @throws {KafkaError} when the coordinator cannot be found or reached; it is looked up anew the next time.
   */
  async request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    body: RequestBody<Req>,
    { purpose, signal, timeoutMs, maxVersion }: CoordinatorRequestOptions,
  ): Promise<StructOut<Res>> {
    const { cluster, lease, type } = this.#options;
    const stop = signal === undefined ? {} : { signal };
    const time = timeoutMs === undefined ? {} : { timeoutMs };
    const node = await cluster.coordinator(type, this.key, { ...stop, ...time });
    try {
      const connection = await lease.connection(node, purpose, stop);
      if (purpose === "group") this.#waiting = connection;
      const version = connection.versionOf(api, maxVersion === undefined ? {} : { max: maxVersion });
      return await connection.request(api, version, typeof body === "function" ? body(version) : body, {
        ...stop,
        ...time,
      });
    } catch (error) {
      if (isConnectionFailure(error)) this.forget();
      throw error;
    }
  }

  /**
   * Judges an error code of an answer.
   *
   * @throws {KafkaError} when it is not 0. A coordinator that says it is none is looked up anew the next time.
   */
  check(errorCode: number, api: Api, facts: KafkaErrorFacts = {}): void {
    if (errorCode === ErrorCode.NONE) return;
    if (errorCode === ErrorCode.NOT_COORDINATOR || errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE) this.forget();
    throw this.#error(errorCode, api, facts);
  }

  /** Looks the coordinator up anew before the next request. */
  forget(): void {
    this.#options.cluster.forgetCoordinator(this.#options.type, this.key);
  }

  /** Ends a JoinGroup or SyncGroup that waits at the broker: nothing else takes it back. */
  interrupt(): void {
    this.#waiting?.destroy();
    this.#waiting = undefined;
  }

  #error(errorCode: number, api: Api, facts: KafkaErrorFacts): KafkaError {
    const whose = this.#options.type === "group" ? { groupId: this.key } : { transactionalId: this.key };
    return kafkaError(errorCode, { ...whose, apiKey: api.key, apiName: api.name, ...facts });
  }
}

import type { Api, Fields, StructIn, StructOut } from "@moldau/protocol-codec";

/** How one broker asks another. */
export interface PeerRequest<Req extends Fields> {
  /** Node id of the broker that is asked; the one that asks may ask itself. */
  readonly nodeId: number;
  readonly version: number;
  readonly body: StructIn<Req>;
  /** After how many milliseconds without an answer it is given up. Default 30 s, as `request.timeout.ms`. */
  readonly timeoutMs?: number;
  /** Gives it up when aborted. */
  readonly signal?: AbortSignal;
}

/**
 * The way from a coordinator to partitions that are led by other brokers, as a transaction's coordinator has to write markers into them.
 *
 * A request goes through the other broker as a client's does: it is told in events, and faults that a test has made hit it.
 */
export interface Peers {
  /**
   * Resolves to the answer. Rejects with a KafkaError: BROKER_PEER_UNREACHABLE, retriable, when that broker does not run, the connection is
   * cut or the time is up; then nobody knows whether the request was carried out.
   */
  request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    request: PeerRequest<Req>,
  ): Promise<StructOut<Res>>;
}

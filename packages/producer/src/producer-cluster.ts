import type { BrokerConnection, Cluster, Lease, RequestOptions, ResolvedClusterOptions } from "@moldau/connection-pool";
import type {
  InitProducerId,
  InitProducerIdResponse,
  Produce,
  ProduceResponse,
  RequestInputOf,
} from "@moldau/protocol-codec";

/** As much of a cluster as a producer uses. */
export interface ProducerCluster extends Pick<
  Cluster,
  | "brokerHints"
  | "cachedTopic"
  | "client"
  | "clientLog"
  | "clock"
  | "connect"
  | "coordinator"
  | "forgetCoordinator"
  | "leaderHint"
  | "refreshTopics"
  | "topic"
> {
  /** Hears of topics that were read anew, or got another leader. */
  on(event: "metadata", listener: (topics: readonly string[]) => void): unknown;
  /** Takes a listener back. */
  off(event: "metadata", listener: (topics: readonly string[]) => void): unknown;
  readonly options: ProducerClusterOptions;
  /** Asks any broker for a producer id. */
  request(
    api: typeof InitProducerId,
    body: RequestInputOf<typeof InitProducerId>,
    options: Parameters<Cluster["request"]>[2],
  ): Promise<InitProducerIdResponse>;
  /** Gives the producer connections of its own. */
  lease(owner: { readonly name: string }): ProducerLease;
}

/** As much of a cluster's options as a producer uses. */
export type ProducerClusterOptions = Pick<ResolvedClusterOptions, "clock" | "random" | "requestTimeoutMs" | "retry">;

/** As much of a lease as a producer uses. */
export interface ProducerLease extends Pick<Lease, "close"> {
  /** The producer's connection to a broker. */
  connection(node: number, purpose: "produce"): Promise<ProduceConnection>;
  /** The producer's connection to a coordinator: of its transactions, or of a group whose offsets go with them. */
  connection(
    node: number,
    purpose: "transaction" | "offsets",
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<BrokerConnection>;
}

/** The body of a Produce request. */
export type ProduceBody = RequestInputOf<typeof Produce>;

/** As much of a connection as a producer uses. */
export interface ProduceConnection {
  readonly isOpen: boolean;
  /** The newest version of Produce that both sides speak. */
  versionOf(api: typeof Produce, limit: { readonly max?: number }): number;
  /** Sends batches and waits for the broker's answer. */
  request(api: typeof Produce, version: number, body: ProduceBody, options: RequestOptions): Promise<ProduceResponse>;
  /** Sends batches to which no answer comes (acks 0). */
  send(api: typeof Produce, version: number, body: ProduceBody, options: RequestOptions): Promise<void>;
}

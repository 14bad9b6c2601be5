import { isConnectionFailure, type Cluster, type Connection } from "@moldau/connection-pool";
import {
  ErrorCode,
  kafkaError,
  type Api,
  type Fields,
  type KafkaError,
  type StructIn,
  type StructOut,
} from "@moldau/protocol-codec";

/**
 * Which of the two connections to the coordinator a request goes over. JoinGroup and SyncGroup wait at the broker until all
 * members have come, and hold up whatever is behind them; commits and the farewell must not wait for that.
 */
export type CoordinatorLane = "membership" | "offsets";

/** How a request to the coordinator is made. */
export interface CoordinatorRequestOptions {
  readonly lane: CoordinatorLane;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Newest version to use. Default: the newest that both sides speak. */
  readonly maxVersion?: number | undefined;
}

/** The broker that coordinates a group, wherever it is at the moment. */
export class GroupCoordinator {
  readonly groupId: string;
  readonly #cluster: Cluster;
  readonly #owner: object;
  #membership: Connection | undefined;

  /** `owner` has the connections to itself. */
  constructor(cluster: Cluster, groupId: string, owner: object) {
    this.#cluster = cluster;
    this.groupId = groupId;
    this.#owner = owner;
  }

  /**
   * Makes one attempt at a request and gives the answer, whatever error codes stand in it; hand those to {@link check}.
   *
   * @throws {KafkaError} when the coordinator cannot be found or reached; it is looked up anew the next time.
   */
  async request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    body: (version: number) => StructIn<Req>,
    { lane, signal, timeoutMs, maxVersion }: CoordinatorRequestOptions,
  ): Promise<StructOut<Res>> {
    const stop = signal === undefined ? {} : { signal };
    const time = timeoutMs === undefined ? {} : { timeoutMs };
    const node = await this.#cluster.coordinator("group", this.groupId, { ...stop, ...time });
    try {
      const purpose = lane === "membership" ? "group" : "general";
      const connection = await this.#cluster.connection(node, { purpose, owner: this.#owner }, stop);
      if (lane === "membership") this.#membership = connection;
      const version = connection.versionOf(api, maxVersion === undefined ? {} : { max: maxVersion });
      return await connection.request(api, version, body(version), { ...stop, ...time });
    } catch (error) {
      if (isConnectionFailure(error)) this.#cluster.forgetCoordinator("group", this.groupId);
      throw error;
    }
  }

  /**
   * Judges an error code of an answer.
   *
   * @throws {KafkaError} when it is not 0. A coordinator that says it is none is looked up anew the next time.
   */
  check(errorCode: number, api: Api, facts: { readonly topic?: string; readonly partition?: number } = {}): void {
    if (errorCode === 0) return;
    if (errorCode === ErrorCode.NOT_COORDINATOR || errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE) {
      this.#cluster.forgetCoordinator("group", this.groupId);
    }
    throw this.#error(errorCode, api, facts);
  }

  /** Ends a JoinGroup or SyncGroup that waits at the broker: nothing else takes it back. */
  interruptMembership(): void {
    this.#membership?.destroy();
    this.#membership = undefined;
  }

  #error(errorCode: number, api: Api, facts: { readonly topic?: string; readonly partition?: number }): KafkaError {
    return kafkaError(errorCode, { groupId: this.groupId, apiKey: api.key, apiName: api.name, ...facts });
  }
}

import {
  connectionClosed,
  resolveClusterOptions,
  type ClusterAccess,
  type TopicMetadata,
} from "@moldau/connection-pool";
import { ErrorCode, type Api } from "@moldau/protocol-codec";
import { EventEmitter } from "eventemitter3";
import type { VirtualClock } from "moldau-testing";
import type { ModelLog } from "./model-log.js";

type Body = Record<string, any>;

/** A cluster of two brokers with one partition, "orders" 0, on virtual time. Clients know of it what they asked for last. */
export class ModelCluster {
  readonly access: ClusterAccess;
  /** So many times the brokers know nothing new when they are asked for metadata. */
  lag = 0;
  readonly #log: ModelLog;
  readonly #clock: VirtualClock;
  readonly #events = new EventEmitter();
  #known: TopicMetadata;

  constructor(log: ModelLog, clock: VirtualClock) {
    this.#log = log;
    this.#clock = clock;
    this.#known = this.#metadata();
    const options = resolveClusterOptions({
      brokers: ["nowhere:9092"],
      clock,
      random: () => 0.5,
      retry: { initialDelayMs: 50, maxDelayMs: 400, multiplier: 2, jitter: 0 },
    });
    const access: Partial<ClusterAccess> = {
      brokers: [1, 2].map((nodeId) => ({ nodeId, host: "nowhere", port: 9092, rack: null })),
      client: { clientId: "model", clientInstance: 1 },
      clientLog: { isOn: false, write: () => undefined },
      clock,
      options,
      random: () => 0.5,
      brokerHints: () => undefined,
      cachedTopic: () => this.#known,
      connect: () => Promise.resolve(),
      coordinator: () => Promise.resolve(1),
      forgetCoordinator: () => undefined,
      leaderHint: () => undefined,
      lease: () => this.#lease(),
      off: (name, listener) => (this.#events.off(name, listener), this.access as never),
      on: (name, listener) => (this.#events.on(name, listener), this.access as never),
      refreshTopics: () => this.#refresh(),
      requestOnce: (api, body, { node = 1 } = {}) =>
        this.#onTheWay(this.#answer(node, api, typeof body === "function" ? body(api.maxVersion) : body)) as never,
      topic: () => Promise.resolve(this.#known),
    };
    this.access = access as ClusterAccess;
  }

  #metadata(): TopicMetadata {
    const { topicId, leader, epoch: leaderEpoch } = this.#log;
    const partition = { partition: 0, leader, leaderEpoch, replicas: [leader], isr: [leader], errorCode: 0 };
    return { name: "orders", topicId, isInternal: false, partitions: [partition] };
  }

  async #refresh(): Promise<void> {
    await this.#clock.sleep(1);
    if (this.lag > 0) this.lag--;
    else this.#known = this.#metadata();
    this.#events.emit("metadata", ["orders"]);
  }

  /** Each has one connection to a broker at a time, until it is destroyed. */
  #lease(): ReturnType<ClusterAccess["lease"]> {
    const open = new Map<number, AbortController>();
    const connection = (node: number): Promise<unknown> => {
      const ending = open.get(node) ?? new AbortController();
      open.set(node, ending);
      return Promise.resolve({
        versionOf: (api: Api, { max = api.maxVersion }: { max?: number } = {}) => Math.min(max, api.maxVersion),
        request: (api: Api, _version: number, body: Body) => this.#wait(node, api, { body, gone: ending.signal }),
        destroy: () => {
          open.delete(node);
          ending.abort();
        },
      });
    };
    const close = (): Promise<void> => {
      for (const ending of open.values()) ending.abort();
      return Promise.resolve();
    };
    return { name: "model", isClosed: false, connection, close } as never;
  }

  /** A fetch waits for something to read, as long as it says. */
  async #wait(node: number, api: Api, { body, gone }: { body: Body; gone: AbortSignal }): Promise<unknown> {
    const until = this.#clock.monotonic() + (api.name === "Fetch" ? body["maxWaitMs"] : 0);
    for (;;) {
      if (gone.aborted) throw connectionClosed("the model's connection was closed");
      const answer = this.#answer(node, api, body);
      const [partition] = (api.name === "Fetch" ? answer["responses"] : []).flatMap((each: Body) => each["partitions"]);
      const isNews = partition === undefined || partition.errorCode !== 0 || partition.records.length > 0;
      if (isNews || this.#clock.monotonic() >= until) return this.#onTheWay(answer);
      await this.#clock.sleep(20, gone).catch(() => undefined);
    }
  }

  /** An answer takes its time, in which things may change. */
  async #onTheWay(answer: Body): Promise<Body> {
    await this.#clock.sleep(transitMs);
    return answer;
  }

  #answer(node: number, { name }: Pick<Api, "name">, body: Body): Body {
    switch (name) {
      case "Fetch":
        return {
          errorCode: 0,
          sessionId: 0,
          nodeEndpoints: [],
          responses: body["topics"].map((topic: Body) => this.#fetched(node, topic)),
        };
      case "ListOffsets":
        return {
          topics: each(body, "name", ({ currentLeaderEpoch, timestamp }) =>
            this.#listed(node, currentLeaderEpoch, timestamp),
          ),
        };
      case "OffsetForLeaderEpoch":
        return {
          topics: each(body, "topic", ({ currentLeaderEpoch, leaderEpoch }) =>
            this.#ended(node, currentLeaderEpoch, leaderEpoch),
          ),
        };
      case "OffsetFetch":
        return {
          groups: [{ groupId: "model", errorCode: 0, topics: [{ name: "orders", partitions: [nothingCommitted] }] }],
        };
      default:
        throw new Error(`the model does not answer ${name}`);
    }
  }

  #fetched(node: number, { topicId, partitions }: Body): Body {
    const isOther = String(topicId) !== String(this.#log.topicId);
    const answers = partitions.map(({ currentLeaderEpoch, fetchOffset }: Body) => {
      const from = Number(fetchOffset);
      const refused = isOther ? ErrorCode.UNKNOWN_TOPIC_ID : this.#refusal(node, currentLeaderEpoch);
      const outside = from < this.#log.start || from > this.#log.end ? ErrorCode.OFFSET_OUT_OF_RANGE : 0;
      const errorCode = refused || outside;
      const end = BigInt(errorCode === 0 ? this.#log.end : -1);
      return {
        partitionIndex: 0,
        errorCode,
        highWatermark: end,
        lastStableOffset: end,
        logStartOffset: BigInt(this.#log.start),
        abortedTransactions: null,
        preferredReadReplica: -1,
        currentLeader: { leaderId: -1, leaderEpoch: -1 },
        records: errorCode === 0 ? this.#log.read(from) : Buffer.alloc(0),
      };
    });
    return { topic: "", topicId, partitions: answers };
  }

  #listed(node: number, epoch: number, timestamp: bigint): Body {
    const errorCode = this.#refusal(node, epoch);
    const { start, end } = this.#log;
    const offset = timestamp === -2n ? start : end;
    return { partitionIndex: 0, errorCode, offset: BigInt(offset), timestamp: -1n, leaderEpoch: this.#log.epoch };
  }

  #ended(node: number, epoch: number, wanted: number): Body {
    return { partition: 0, errorCode: this.#refusal(node, epoch), ...this.#log.endOf(wanted) };
  }

  #refusal(node: number, epoch: number): number {
    if (node !== this.#log.leader) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    if (epoch >= 0 && epoch < this.#log.epoch) return ErrorCode.FENCED_LEADER_EPOCH;
    return epoch > this.#log.epoch ? ErrorCode.UNKNOWN_LEADER_EPOCH : 0;
  }
}

const transitMs = 15;

const nothingCommitted = {
  partitionIndex: 0,
  errorCode: 0,
  committedOffset: -1n,
  committedLeaderEpoch: -1,
  metadata: "",
};

/** The answers to a request's partitions, topic by topic, in its own shape. */
function each(body: Body, nameOf: "name" | "topic", answer: (partition: Body) => Body): Body[] {
  return body["topics"].map((topic: Body) => ({
    [nameOf]: topic[nameOf],
    partitions: topic["partitions"].map(answer),
  }));
}

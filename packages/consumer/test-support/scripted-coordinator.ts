import {
  abortedBy,
  type ClusterAccess,
  resolveClusterOptions,
  type Coordinator,
  type CoordinatorRequestOptions,
  type ResolvedClusterOptions,
  type TopicMetadata,
} from "@moldau/connection-pool";
import { kafkaError, Uuid } from "@moldau/protocol-codec";
import { VirtualClock } from "moldau-testing";
import type { ClusterView } from "../src/cluster-view.js";
import type { PositioningCluster } from "../src/offsets/positioning.js";

/** One request that a membership made, and when. */
export interface ScriptedRequest {
  readonly api: string;
  readonly at: number;
  readonly body: Record<string, unknown>;
}

type Answer = Record<string, unknown> | Promise<Record<string, unknown>> | Error | "never";

/** A coordinator that answers what a test wrote down, on virtual time; and as much of a cluster as members and commits look at. */
export class ScriptedCoordinator implements ClusterView, PositioningCluster {
  readonly clock = new VirtualClock(0);
  readonly requests: ScriptedRequest[] = [];
  /** The topics that exist, and how many partitions they have. */
  readonly topics = new Map<string, number>([["orders", 2]]);
  topicId = Uuid.zero;
  readonly random = (): number => 0.5;
  readonly brokers = [];
  readonly options: ResolvedClusterOptions = resolveClusterOptions({
    brokers: ["nowhere:9092"],
    clock: this.clock,
    random: () => 0.5,
    retry: { initialDelayMs: 100, maxDelayMs: 1000, multiplier: 2, jitter: 0 },
  });
  interruptions = 0;
  readonly #answers = new Map<string, Answer[]>();

  /** The next answers to an API, one after another; the last one is given again and again. */
  script(api: string, ...answers: readonly Answer[]): void {
    this.#answers.set(api, [...answers]);
  }

  /** When requests of an API were made. */
  times(api: string): number[] {
    return this.requests.filter((request) => request.api === api).map(({ at }) => at);
  }

  readonly coordinator: Coordinator = {
    key: "billing",
    // Which type an answer has is up to the test that wrote it down.
    request: (api, body, options) =>
      this.#answer(api.name, typeof body === "function" ? body(api.maxVersion) : body, options) as never,
    check: (errorCode) => {
      if (errorCode !== 0) throw kafkaError(errorCode);
    },
    forget: () => undefined,
    interrupt: () => {
      this.interruptions++;
    },
  };

  cachedTopic(name: string): TopicMetadata | undefined {
    const count = this.topics.get(name);
    if (count === undefined) return undefined;
    const partitions = Array.from({ length: count }, (_, partition) => ({
      partition,
      leader: this.leaders.get(partition) ?? 1,
      leaderEpoch: 0,
      replicas: [1],
      isr: [1],
      errorCode: 0,
    }));
    return { name, topicId: this.topicId, isInternal: false, partitions };
  }

  /** The ids of topics that the metadata has, by name. */
  readonly topicIds = new Map<string, Uuid>();

  topicNameOf(topicId: Uuid): string | undefined {
    return [...this.topicIds].find(([, id]) => id.equals(topicId))?.[0];
  }

  /** What any broker answers is scripted under the name of the API. */
  readonly request: ClusterAccess["request"] = (api, body, options = {}) =>
    this.#answer(api.name, typeof body === "function" ? body(api.maxVersion) : body, {
      ...options,
      purpose: "offsets",
    }) as never;

  refreshTopics(): Promise<void> {
    this.refreshed++;
    return Promise.resolve();
  }

  /** Which broker leads a partition; 1 unless a test says otherwise. */
  readonly leaders = new Map<number, number>();
  /** How often the metadata was asked for anew. */
  refreshed = 0;

  /** What a broker answers is scripted under the name of the API and its node id, as in "ListOffsets 2". */
  readonly requestOnce: PositioningCluster["requestOnce"] = (api, body, { node, ...options } = {}) =>
    this.#answer(`${api.name} ${node}`, typeof body === "function" ? body(api.maxVersion) : body, {
      ...options,
      purpose: "offsets",
    }) as never;

  #answer(api: string, body: Record<string, unknown>, { signal }: CoordinatorRequestOptions): Promise<unknown> {
    this.requests.push({ api, at: this.clock.now(), body });
    const answers = this.#answers.get(api) ?? [];
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { errorCode: 0, members: [] };
    if (answer === "never")
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(abortedBy(signal))));
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }
}

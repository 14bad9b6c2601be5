import { abortedBy, type Cluster, type CoordinatorRequestOptions } from "@moldau/connection-pool";
import { kafkaError, type Api } from "@moldau/protocol-codec";
import type { Coordinator } from "../src/membership/coordinator.js";
import { VirtualClock } from "moldau-testing";

/** One request that a membership made, and when. */
export interface ScriptedRequest {
  readonly api: string;
  readonly at: number;
  readonly body: Record<string, unknown>;
}

type Answer = Record<string, unknown> | Promise<Record<string, unknown>> | Error | "never";

/** A coordinator that answers what a test wrote down, on virtual time; and the little of a cluster that a membership looks at. */
export class ScriptedCoordinator {
  readonly clock = new VirtualClock(0);
  readonly requests: ScriptedRequest[] = [];
  readonly topics = new Map<string, number>([["orders", 2]]);
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

  get coordinator(): Coordinator {
    const fake = {
      key: "billing",
      request: (api: Api, body: (version: number) => Record<string, unknown>, options: CoordinatorRequestOptions) =>
        this.#answer(api.name, body(api.maxVersion), options),
      check: (errorCode: number) => {
        if (errorCode !== 0) throw kafkaError(errorCode);
      },
      interrupt: () => this.interruptions++,
      forget: () => undefined,
    };
    return fake as unknown as Coordinator;
  }

  get cluster(): Cluster {
    const fake = {
      clock: this.clock,
      random: () => 0.5,
      brokers: [],
      options: {
        clock: this.clock,
        random: () => 0.5,
        retry: { initialDelayMs: 100, maxDelayMs: 1000, multiplier: 2, jitter: 0 },
        requestTimeoutMs: 30_000,
        metadataMaxAgeMs: 300_000,
        rackId: undefined,
      },
      cachedTopic: (name: string) => {
        const count = this.topics.get(name);
        return count === undefined ? undefined : { name, partitions: Array.from({ length: count }, () => ({})) };
      },
      refreshTopics: () => Promise.resolve(),
    };
    return fake as unknown as Cluster;
  }

  #answer(api: string, body: Record<string, unknown>, { signal }: CoordinatorRequestOptions): Promise<unknown> {
    this.requests.push({ api, at: this.clock.now(), body });
    const answers = this.#answers.get(api) ?? [];
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { errorCode: 0, members: [] };
    if (answer === "never")
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(abortedBy(signal))));
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }
}

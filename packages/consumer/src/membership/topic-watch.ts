import type { ClusterView } from "../cluster-view.js";
import { countPartitions } from "./rounds.js";

/**
 * What a leader shared the partitions out by. When a topic gets partitions, appears or vanishes, the group has to share
 * anew, and only its leader is asked to notice.
 */
export class TopicWatch {
  readonly #cluster: ClusterView;
  readonly #failed: (error: unknown) => void;
  #counts: ReadonlyMap<string, number> | undefined;
  #topics: readonly string[] = [];
  #askedAt = 0;

  /** `failed` is told when missing topics could not be asked for. */
  constructor(cluster: ClusterView, failed: (error: unknown) => void) {
    this.#cluster = cluster;
    this.#failed = failed;
  }

  /** Takes note of the topics that the group wants, as they are now. */
  begin(topics: Iterable<string>): void {
    this.#topics = [...new Set(topics)];
    this.#counts = countPartitions(this.#topics, this.#cluster);
    this.#askedAt = this.#cluster.clock.monotonic();
  }

  end(): void {
    this.#counts = undefined;
  }

  /** Whether any topic differs from what it was. */
  get hasChanged(): boolean {
    const before = this.#counts;
    if (before === undefined) return false;
    const now = countPartitions(this.#topics, this.#cluster);
    return now.size !== before.size || [...now].some(([topic, count]) => before.get(topic) !== count);
  }

  /** Called now and then. Looking at known topics has them refreshed when they are old; missing ones are asked for as often. */
  tick(): void {
    if (this.#counts === undefined) return;
    const missing = this.#topics.filter((topic) => this.#cluster.cachedTopic(topic) === undefined);
    const now = this.#cluster.clock.monotonic();
    if (missing.length === 0 || now - this.#askedAt < this.#cluster.options.metadataMaxAgeMs) return;
    this.#askedAt = now;
    this.#cluster.refreshTopics(missing).catch(this.#failed);
  }
}

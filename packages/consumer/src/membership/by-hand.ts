import { abortedBy, asKafkaError, invalidState } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import type { ClusterView } from "../cluster-view.js";
import { groupHasMembers, noSuchPartition } from "../errors.js";
import { partitionKey, type TopicPartition } from "../partitions/topic-partition.js";
import type { MemberIdentity, Membership, MembershipHost } from "./membership.js";
import { Standing } from "./standing.js";

/** What a membership without a group is made of. */
export interface ByHandInit {
  readonly cluster: Pick<ClusterView, "cachedTopic">;
  /** Under which offsets are committed. */
  readonly groupId: string;
  readonly host: MembershipHost;
}

/** Whoever commits as nobody's member: taken for a group that nobody is in (Kafka's "simple consumer"). */
const nobody = { memberId: "", generationId: -1, groupInstanceId: null };

/**
 * A member of nothing: the application says which partitions it has, and no coordinator hears of it. Offsets are committed under the group's name
 * all the same, which the coordinator takes as long as the group has no members.
 *
 *   idle ──start──▶ standing ──rejoin──▶ gives up what is not wanted any more, then takes on what is new; the rest goes on
 *    ▲                 │
 *    └─────leave───────┘
 */
export class ByHandMembership implements Membership {
  readonly #init: ByHandInit;
  readonly #standing: Standing;
  #wanted = new Map<string, TopicPartition>();
  #owned = new Map<string, TopicPartition>();
  #missing: ReadonlyMap<string, TopicPartition> = new Map();
  #isSettling = false;
  #isUnsettled = false;
  /** Why the coordinator keeps no commit under the group's name. */
  #refusal: KafkaError | undefined;

  constructor(init: ByHandInit) {
    this.#init = init;
    this.#standing = new Standing(init.groupId);
  }

  get identity(): MemberIdentity | undefined {
    return this.#standing.identity;
  }

  /** Wants these partitions from {@link start} or {@link rejoin} on, and none else. */
  assign(partitions: readonly TopicPartition[]): void {
    this.#wanted = new Map(partitions.map((each) => [partitionKey(each.topic, each.partition), each]));
    this.#missing = new Map();
  }

  nextIdentity(former: MemberIdentity | undefined, signal: AbortSignal): Promise<MemberIdentity> {
    if (signal.aborted) return Promise.reject(abortedBy(signal));
    // There will be no other, and what was refused to this one is refused.
    if (former !== undefined && former === this.identity && this.#refusal !== undefined)
      return Promise.reject(this.#refusal);
    return this.#standing.next(former, signal);
  }

  start(): void {
    if (this.identity !== undefined) return;
    this.#refusal = undefined;
    this.#standing.begin(nobody);
    void this.#settle();
  }

  rejoin(): void {
    if (this.identity !== undefined) void this.#settle();
  }

  enforceRebalance(): void {
    throw invalidState(
      "enforceRebalance: the partitions of this consumer were assigned by hand, nobody shares them out.",
    );
  }

  async leave(): Promise<void> {
    const lose = [...this.#owned.values()];
    this.#owned = new Map();
    const { identity } = this;
    this.#standing.end();
    if (identity !== undefined && lose.length > 0)
      await this.#init.host.reconcile({ lose, revoke: [], add: [] }, new AbortController().signal);
  }

  observe(error: KafkaError, identity: MemberIdentity): void {
    if (identity !== this.identity) return;
    this.#refusal = groupHasMembers(this.#init.groupId, error);
    this.#init.host.interrupt(this.#refusal);
  }

  /** Partitions that did not exist may do so now. */
  metadataChanged(): void {
    if (this.identity !== undefined && [...this.#missing.values()].some((each) => this.#exists(each)))
      void this.#settle();
  }

  /** Brings what is owned to what is wanted, for as long as that changes. Never rejects. */
  async #settle(): Promise<void> {
    this.#isUnsettled = true;
    if (this.#isSettling) return;
    this.#isSettling = true;
    try {
      for (let { identity } = this; this.#isUnsettled && identity !== undefined; { identity } = this) {
        this.#isUnsettled = false;
        await this.#step(identity);
      }
    } catch (error) {
      this.#init.host.failed(asKafkaError(error));
    } finally {
      this.#isSettling = false;
    }
  }

  /** One change: what is not wanted any more goes, what is new comes, and nothing else is touched. */
  async #step({ ended }: MemberIdentity): Promise<void> {
    this.#tellMissing();
    const wanted = [...this.#wanted].filter(([key]) => !this.#missing.has(key));
    const revoke = [...this.#owned].filter(([key]) => !this.#wanted.has(key)).map(([, each]) => each);
    const add = wanted.filter(([key]) => !this.#owned.has(key)).map(([, each]) => each);
    this.#owned = new Map(wanted);
    const { memberId, generationId } = nobody;
    await this.#init.host.reconcile(
      { lose: [], revoke, add, round: { memberId, generationId, isLeader: false } },
      ended,
    );
  }

  /** Says once of each partition that there is none of that number: a reader would wait for it without a word. */
  #tellMissing(): void {
    const { cluster, host } = this.#init;
    const before = this.#missing;
    this.#missing = new Map([...this.#wanted].filter(([, each]) => !this.#exists(each)));
    for (const [key, each] of this.#missing) {
      if (before.has(key)) continue;
      host.interrupt(noSuchPartition(each, cluster.cachedTopic(each.topic)?.partitions.length ?? 0));
    }
  }

  /** A topic that is not known may have any partition. */
  #exists({ topic, partition }: TopicPartition): boolean {
    const known = this.#init.cluster.cachedTopic(topic);
    return known === undefined || known.partitions[partition] !== undefined;
  }
}

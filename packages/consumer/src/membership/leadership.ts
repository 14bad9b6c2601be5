import { ErrorCode, kafkaError, type KafkaError } from "@moldau/protocol-codec";
import type { Assignor } from "../assignors/assignor.js";
import { assignChecked, UnusableAssignment } from "../assignors/checked-assignment.js";
import type { ClusterView } from "../cluster-view.js";
import { assignorFailed } from "../errors.js";
import type { ResolvedConsumerOptions } from "../options.js";
import type { MemberAssignment } from "./classic-requests.js";
import type { JoinedMember } from "./member-state.js";
import { readRefusal, writeRefusal } from "./refusal-to-share.js";
import { assignorInput, readMembers, writeAssignments } from "./rounds.js";
import { TopicWatch } from "./topic-watch.js";

/** What the leader of a group does for all: it shares the partitions out, and notices when what it shared them out by changes. */
export class Leadership {
  readonly #cluster: ClusterView;
  readonly #options: ResolvedConsumerOptions;
  readonly #watch: TopicWatch;
  /** What was wrong with the assignor when it was asked last. */
  #failure: KafkaError | undefined;

  /** `failed` is told when topics that are not there yet could not be asked for. */
  constructor(cluster: ClusterView, options: ResolvedConsumerOptions, failed: (error: unknown) => void) {
    this.#cluster = cluster;
    this.#options = options;
    this.#watch = new TopicWatch(cluster, failed);
  }

  /** Shares out, or says in what everybody gets why not; with `skipAssignment` (KIP-814) the group keeps what it has, and the leader only watches. */
  async share(
    members: readonly JoinedMember[],
    { protocolName, skipAssignment }: { readonly protocolName: string; readonly skipAssignment: boolean },
  ): Promise<readonly MemberAssignment[]> {
    const group = readMembers(members);
    const topics = new Set(group.flatMap((member) => member.topics));
    const unknown = [...topics].filter((topic) => this.#cluster.cachedTopic(topic) === undefined);
    if (unknown.length > 0) await this.#cluster.refreshTopics(unknown);
    this.#watch.begin(topics);
    this.#failure = undefined;
    if (skipAssignment) return [];
    try {
      return writeAssignments(assignChecked(this.#assignor(protocolName), assignorInput(group, this.#cluster)));
    } catch (error) {
      if (!(error instanceof UnusableAssignment)) throw error;
      const sentence = `The assignor "${protocolName}" ${error.message}`;
      this.#failure = assignorFailed(sentence, this.#options.groupId, error.cause);
      const assignment = writeRefusal(sentence);
      return members.map(({ memberId }) => ({ memberId, assignment }));
    }
  }

  /** Why nothing was shared out, as the assignment of this member tells, whoever leads; undefined when something was. Throws DecodeError. */
  refusalIn(assignment: Buffer, { isLeader }: { readonly isLeader: boolean }): KafkaError | undefined {
    const sentence = readRefusal(assignment);
    if (sentence === undefined) return undefined;
    const failure = isLeader ? this.#failure : undefined;
    return failure ?? assignorFailed(sentence, this.#options.groupId);
  }

  /** Whether any topic of the group differs from what it was when it was shared out. */
  get hasToShareAnew(): boolean {
    return this.#watch.hasChanged;
  }

  /** Called now and then: looks after topics that are not there yet. */
  tick(): void {
    this.#watch.tick();
  }

  /** The round is over. */
  end(): void {
    this.#watch.end();
  }

  #assignor(name: string): Assignor {
    const found = this.#options.assignors.find((assignor) => assignor.name === name);
    if (found === undefined)
      throw kafkaError(
        ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
        { groupId: this.#options.groupId },
        `the group chose "${name}", which was not offered`,
      );
    return found;
  }
}

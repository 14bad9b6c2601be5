import { ErrorCode, kafkaError } from "@moldau/protocol-codec";
import type { Assignor } from "../assignors/assignor.js";
import type { ClusterView } from "../cluster-view.js";
import type { ResolvedConsumerOptions } from "../options.js";
import type { MemberAssignment } from "./classic-requests.js";
import type { JoinedMember } from "./member-state.js";
import { assignorInput, readMembers, writeAssignments } from "./rounds.js";
import { TopicWatch } from "./topic-watch.js";

/** What the leader of a group does for all: it shares the partitions out, and notices when what it shared them out by changes. */
export class Leadership {
  readonly #cluster: ClusterView;
  readonly #options: ResolvedConsumerOptions;
  readonly #watch: TopicWatch;

  /** `failed` is told when topics that are not there yet could not be asked for. */
  constructor(cluster: ClusterView, options: ResolvedConsumerOptions, failed: (error: unknown) => void) {
    this.#cluster = cluster;
    this.#options = options;
    this.#watch = new TopicWatch(cluster, failed);
  }

  /** Shares out; with `skipAssignment` (KIP-814) the group keeps what it has, and the leader only watches. */
  async share(
    members: readonly JoinedMember[],
    { protocolName, skipAssignment }: { readonly protocolName: string; readonly skipAssignment: boolean },
  ): Promise<readonly MemberAssignment[]> {
    const group = readMembers(members);
    const topics = new Set(group.flatMap((member) => member.topics));
    const unknown = [...topics].filter((topic) => this.#cluster.cachedTopic(topic) === undefined);
    if (unknown.length > 0) await this.#cluster.refreshTopics(unknown);
    this.#watch.begin(topics);
    return skipAssignment
      ? []
      : writeAssignments(this.#assignor(protocolName).assign(assignorInput(group, this.#cluster)));
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

import { ErrorCode, Uuid } from "@moldau/protocol-codec";
import type { ConsumerHeartbeatAnswer } from "../src/groups/consumer/events.js";
import type { GroupFixture } from "./group-fixture.js";

/** What a member is to read. */
export interface Wish {
  readonly topics: readonly string[] | null;
  readonly pattern: string | null;
}

/** A member of a group of the consumer protocol, as a client is one: it gives up at once what it is told to, and says so with the next heartbeat. */
export class ConsumerClient {
  readonly instanceId: string | null;
  memberId: string;
  /** -1 while it belongs to no group. */
  epoch = -1;
  wish: Wish = { topics: ["orders"], pattern: null };
  /** `topic id/partition` of everything that it reads at this moment. */
  readonly owned = new Set<string>();
  /** Whether it is to say everything of itself again: what it said last may not have been heard. */
  #saysAll = false;
  #incarnation = 0;
  readonly #name: string;
  readonly #fixture: GroupFixture;

  constructor(fixture: GroupFixture, name: string, instanceId: string | null) {
    this.#fixture = fixture;
    this.#name = name;
    this.instanceId = instanceId;
    this.memberId = `${name}.0`;
  }

  /** Joins, or joins anew, with what it wishes to read. */
  async join(): Promise<void> {
    this.owned.clear();
    this.#take(await this.#fixture.beatToJoin("g", this.memberId, { ...this.#wished(), instanceId: this.instanceId }));
  }

  /** Says that it lives and what it has. With `isLost` the answer never arrives. */
  async beat({ isLost = false, isChanged = false } = {}): Promise<void> {
    if (this.epoch < 1) return;
    const answer = await this.#fixture.beat("g", {
      memberId: this.memberId,
      memberEpoch: this.epoch,
      instanceId: this.instanceId,
      topicPartitions: this.#report(),
      ...(isChanged || this.#saysAll ? this.#wished() : {}),
    });
    if (isLost) this.#saysAll = true;
    else this.#take(answer);
  }

  /** Leaves, a static member for a while if so wanted. */
  async leave(forAWhile: boolean): Promise<void> {
    if (this.epoch < 1) return;
    const memberEpoch = forAWhile && this.instanceId !== null ? -2 : -1;
    const { memberId, instanceId } = this;
    this.forget();
    await this.#fixture.beat("g", { memberId, memberEpoch, instanceId });
  }

  /** Its process ends without a word, and another begins. */
  crash(): void {
    this.forget();
    this.memberId = `${this.#name}.${++this.#incarnation}`;
  }

  /** Reads nothing and belongs to no group any more. */
  forget(): void {
    this.epoch = -1;
    this.owned.clear();
  }

  #take({ errorCode, memberEpoch, assignment }: ConsumerHeartbeatAnswer): void {
    this.#saysAll = errorCode !== ErrorCode.NONE;
    if (lost.has(errorCode)) this.forget();
    if (errorCode !== ErrorCode.NONE) return;
    this.epoch = memberEpoch;
    if (assignment === null) return;
    this.owned.clear();
    for (const { topicId, partitions } of assignment.topicPartitions)
      for (const partition of partitions) this.owned.add(`${topicId.toString()}/${partition}`);
  }

  #report() {
    const topics = new Map<string, number[]>();
    for (const each of this.owned) {
      const [id = "", partition] = each.split("/");
      topics.set(id, [...(topics.get(id) ?? []), Number(partition)]);
    }
    return Array.from(topics, ([id, partitions]) => ({ topicId: Uuid.parse(id), partitions }));
  }

  #wished() {
    const { topics, pattern } = this.wish;
    return { subscribedTopicNames: topics === null ? [] : [...topics], subscribedTopicRegex: pattern ?? "" };
  }
}

/** What tells a member that it belongs to the group no more. */
const lost = new Set<number>([
  ErrorCode.FENCED_MEMBER_EPOCH,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.FENCED_INSTANCE_ID,
  ErrorCode.UNRELEASED_INSTANCE_ID,
  ErrorCode.GROUP_ID_NOT_FOUND,
]);

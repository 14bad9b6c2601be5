import { decodeAssignment, encodeAssignment, ErrorCode } from "@moldau/protocol-codec";
import type { JoinAnswer } from "../src/groups/classic/events.js";
import type { GroupFixture } from "./group-fixture.js";
import { subscription } from "./group-machine.js";

/** A member of the classic protocol, eager: before it joins again it gives up everything. It reads `orders`. */
export class ClassicClient {
  memberId = "";
  generation = -1;
  /** `topic id/partition` of everything that it reads at this moment. */
  readonly owned = new Set<string>();
  #isBusy = false;
  #isGone = true;
  readonly #fixture: GroupFixture;

  constructor(fixture: GroupFixture) {
    this.#fixture = fixture;
  }

  /** Whether it belongs to a group, or wants to. */
  get isThere(): boolean {
    return !this.#isGone;
  }

  /** Does what is next: joins, fetches its assignment, says that it lives. What takes longer goes on by itself. */
  go(): void {
    this.#isGone = false;
    if (this.#isBusy) return;
    this.#isBusy = true;
    const next = this.generation < 0 ? this.#join() : this.#beat();
    void next.finally(() => (this.#isBusy = false));
  }

  /** Leaves the group. */
  async leave(): Promise<void> {
    const { memberId } = this;
    if (this.#isGone || this.#isBusy || memberId === "") return;
    this.#isGone = true;
    this.#forget("");
    await this.#fixture.coordinator.leave("g", [{ memberId, groupInstanceId: null }]);
  }

  async #beat(): Promise<void> {
    const { memberId, generation: generationId } = this;
    const errorCode = await this.#fixture.heartbeat("g", { memberId, generationId });
    if (errorCode === ErrorCode.NONE) return;
    this.#forget(errorCode === ErrorCode.UNKNOWN_MEMBER_ID ? "" : memberId);
    await this.#join();
  }

  async #join(): Promise<void> {
    const request = {
      memberId: this.memberId,
      protocols: [{ name: "range", metadata: subscription("orders") }],
      // Whoever is told nothing is never taken for dead in these tests.
      sessionTimeoutMs: 1_000_000,
      rebalanceTimeoutMs: 1_000_000,
    };
    const joined = await this.#fixture.join("g", request, 9);
    if (joined.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.memberId = joined.memberId;
      return this.#join();
    }
    if (joined.errorCode !== ErrorCode.NONE)
      return this.#forget(joined.errorCode === ErrorCode.UNKNOWN_MEMBER_ID ? "" : this.memberId);
    this.memberId = joined.memberId;
    const { errorCode, assignment } = await this.#fixture.coordinator.sync({
      groupId: "g",
      groupInstanceId: null,
      memberId: joined.memberId,
      generationId: joined.generationId,
      protocolType: null,
      protocolName: null,
      assignments: this.#shares(joined),
    });
    if (errorCode !== ErrorCode.NONE)
      return this.#forget(errorCode === ErrorCode.UNKNOWN_MEMBER_ID ? "" : joined.memberId);
    this.generation = joined.generationId;
    const id = this.#fixture.topics["orders"]?.toString() ?? "";
    for (const { partitions } of decodeAssignment(assignment).assignedPartitions)
      for (const partition of partitions) this.owned.add(`${id}/${partition}`);
  }

  #forget(memberId: string): void {
    this.memberId = memberId;
    this.generation = -1;
    this.owned.clear();
  }

  /** What the leader decides: one partition after the other, in turn. Of whoever does not lead nothing. */
  #shares({ members }: JoinAnswer) {
    return members.map(({ memberId }, at) => {
      const all = Array.from({ length: this.#fixture.partitions }, (_, partition) => partition);
      const partitions = all.filter((partition) => partition % members.length === at);
      const assignedPartitions = partitions.length === 0 ? [] : [{ topic: "orders", partitions }];
      return { memberId, assignment: encodeAssignment(1, { assignedPartitions, userData: null }) };
    });
  }
}

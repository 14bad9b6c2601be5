import { Uuid } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../testing/group-fixture.js";
import { MemoryGroupLog } from "../../testing/memory-group-log.js";

const day = 24 * 3_600_000;

describe("retention", () => {
  test("offsets of an empty group go a week after the last member went, and the group with them", async () => {
    const fixture = await GroupFixture.start();
    const { memberId } = await fixture.stableGroup("g");
    await fixture.commit("g", "orders", 5n, { memberId, generationIdOrMemberEpoch: 1 });
    await fixture.coordinator.leave("g", [{ memberId, groupInstanceId: null }]);
    await fixture.clock.advance(7 * day - 600_000);
    expect(await fixture.committed("g", "orders")).toBe(5n);
    await fixture.clock.advance(1_200_000);
    expect(await fixture.committed("g", "orders")).toBe(-1n);
    expect(fixture.stateOf("g")).toBe("Dead");
    expect(fixture.log.records.slice(-2)).toMatchObject([
      { kind: "offset", topic: "orders", value: null },
      { kind: "group", groupId: "g", value: null },
    ]);
    await fixture.clock.advance(day);
    expect(fixture.clock.armed).toBe(0);
  });

  test("of a simple group from the commit on; a retention of its own counts instead", async () => {
    const fixture = await GroupFixture.start();
    await fixture.commit("g", "orders", 5n);
    await fixture.commit("g", "payments", 5n, { retentionTimeMs: BigInt(day) });
    await fixture.clock.advance(2 * day);
    expect(await fixture.committed("g", "orders")).toBe(5n);
    expect(await fixture.committed("g", "payments")).toBe(-1n);
  });

  test("with members only of topics that nobody reads", async () => {
    const fixture = await GroupFixture.start();
    const member = await fixture.stableGroup("g", { sessionTimeoutMs: 1_800_000 });
    const claim = { memberId: member.memberId, generationIdOrMemberEpoch: 1 };
    await fixture.commit("g", "orders", 5n, claim);
    await fixture.commit("g", "payments", 5n, claim);
    for (let time = 0; time <= 8 * day; time += 1_700_000) {
      await fixture.heartbeat("g", member);
      await fixture.clock.advance(1_700_000);
    }
    expect(await fixture.committed("g", "orders")).toBe(5n);
    expect(await fixture.committed("g", "payments")).toBe(-1n);
    expect(fixture.stateOf("g")).toBe("Stable");
  });

  test("not while a transaction holds them", async () => {
    const log = new MemoryGroupLog();
    const value = {
      offset: 9n,
      leaderEpoch: -1,
      metadata: "",
      commitTimestampMs: 1,
      expireTimestampMs: null,
      topicId: Uuid.zero,
    };
    log.appendTransactional(1n, [{ kind: "offset", groupId: "t", topic: "orders", partition: 0, value }]);
    const fixture = await GroupFixture.start({}, [log]);
    await fixture.clock.advance(30 * day);
    expect(fixture.stateOf("t")).toBe("Empty");
    await fixture.coordinator.close();
  });

  test("an empty group without offsets goes at the next look", async () => {
    const fixture = await GroupFixture.start();
    const { memberId } = await fixture.stableGroup("g");
    await fixture.coordinator.leave("g", [{ memberId, groupInstanceId: null }]);
    await fixture.clock.advance(600_000);
    expect(fixture.stateOf("g")).toBe("Dead");
  });
});

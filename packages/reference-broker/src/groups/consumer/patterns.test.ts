import { ErrorCode, Uuid } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { GroupFixture } from "../../../testing/group-fixture.js";

function start(): Promise<GroupFixture> {
  return GroupFixture.start({ "group.consumer.assignment.interval.ms": 0 });
}

const topicsOf = (answer: {
  readonly assignment: { readonly topicPartitions: readonly { readonly topicId: Uuid }[] } | null;
}) => answer.assignment?.topicPartitions.map(({ topicId }) => topicId.toString()).sort();

describe("a pattern that the broker matches", () => {
  test("is looked up behind the heartbeat that brings it, and has its topics with the next one", async () => {
    const fixture = await start();
    const joined = await fixture.beatToJoin("g", "a", { subscribedTopicRegex: "ord.*" });
    expect(joined).toMatchObject({ errorCode: 0, memberEpoch: 1 });
    expect(topicsOf(joined)).toEqual([]);
    await fixture.turns();
    const next = await fixture.beat("g", { memberId: "a", memberEpoch: joined.memberEpoch });
    expect(topicsOf(next)).toEqual([fixture.topics["orders"]?.toString()]);
    expect(fixture.log.records.find(({ kind }) => kind === "consumerPattern")).toMatchObject({
      pattern: "ord.*",
      value: { topics: ["orders"] },
    });
  });

  test("that is none is refused", async () => {
    const fixture = await start();
    const refused = await fixture.beatToJoin("g", "a", { subscribedTopicRegex: "(" });
    expect(refused.errorCode).toBe(ErrorCode.INVALID_REGULAR_EXPRESSION);
    expect(refused.errorMessage).toContain("SubscribedTopicRegex `(` is not a valid regular expression");
    expect(fixture.log.records).toEqual([]);
  });

  test("finds topics that are made later, not sooner than ten seconds after the last look", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a", { subscribedTopicRegex: ".*" });
    await fixture.turns();
    const first = await fixture.beat("g", { memberId: "a", memberEpoch: 1 });
    expect(topicsOf(first)).toHaveLength(2);
    fixture.changeTopics(() => Object.assign(fixture.topics, { later: Uuid.parse("AAAAAAAAAAAAAAAAAAAADw") }));
    await fixture.clock.advance(10_000);
    expect(topicsOf(await fixture.beat("g", { memberId: "a", memberEpoch: first.memberEpoch }))).toBeUndefined();
    await fixture.clock.advance(1);
    await fixture.beat("g", { memberId: "a", memberEpoch: first.memberEpoch });
    await fixture.turns();
    expect(topicsOf(await fixture.beat("g", { memberId: "a", memberEpoch: first.memberEpoch }))).toHaveLength(3);
  });

  test("is forgotten with the last member that had it", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a", { subscribedTopicRegex: "ord.*" });
    await fixture.beatToJoin("g", "b", { subscribedTopicRegex: "ord.*" });
    await fixture.turns();
    await fixture.beat("g", { memberId: "a", memberEpoch: -1 });
    expect(patternsIn(fixture)).toEqual(["ord.*"]);
    await fixture.beat("g", { memberId: "b", memberEpoch: -1 });
    expect(patternsIn(fixture)).toEqual([]);
  });

  test("gives way to another one", async () => {
    const fixture = await start();
    await fixture.beatToJoin("g", "a", { subscribedTopicRegex: "ord.*" });
    await fixture.turns();
    await fixture.clock.advance(10_001);
    const { memberEpoch } = await fixture.beat("g", { memberId: "a", memberEpoch: 1 });
    await fixture.beat("g", { memberId: "a", memberEpoch, subscribedTopicRegex: "pay.*", topicPartitions: [] });
    await fixture.turns();
    expect(patternsIn(fixture)).toEqual(["pay.*"]);
    const next = await fixture.beat("g", { memberId: "a", memberEpoch, topicPartitions: [] });
    expect(topicsOf(next)).toEqual([fixture.topics["payments"]?.toString()]);
  });
});

function patternsIn(fixture: GroupFixture): readonly string[] {
  return fixture.coordinator.inspect("g", ({ store }) => [...(store.consumer("g")?.patterns.keys() ?? [])]);
}

import { connectionClosed } from "@moldau/connection-pool";
import { ErrorCode, kafkaError, Uuid, type KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { ScriptedCoordinator } from "../../../test-support/scripted-coordinator.js";
import { resolveConsumerOptions, type ConsumerOptions } from "../../options.js";
import type { MembershipHost } from "../membership.js";
import { NextGenerationMembership } from "./next-generation.js";

const orders = Uuid.parse("AAAAAAAAAAAAAAAAAAAAAQ");
const refunds = Uuid.parse("AAAAAAAAAAAAAAAAAAAAAg");

/** An answer to a heartbeat: an epoch, and by topic what the member is to have, where that is said. */
function answer(
  memberEpoch: number,
  ...topicPartitions: readonly { topicId: Uuid; partitions: readonly number[] }[]
): Answer {
  return { ...unchanged(memberEpoch), assignment: { topicPartitions } };
}

function unchanged(memberEpoch: number): Answer {
  return {
    errorCode: 0,
    errorMessage: null,
    memberId: null,
    memberEpoch,
    heartbeatIntervalMs: 3000,
    assignment: null,
  };
}

function refusal(errorCode: number, errorMessage: string | null = null): Answer {
  return { ...unchanged(0), errorCode, errorMessage, heartbeatIntervalMs: 0 };
}

type Answer = Record<string, unknown>;

interface Bench {
  readonly script: ScriptedCoordinator;
  readonly membership: NextGenerationMembership;
  /** What happened to the consumer, and when. */
  readonly log: string[];
  /** Ends the revocation that is under way. */
  release: () => void;
  /** What the heartbeats said that is not always the same. */
  readonly said: () => unknown[];
}

function bench(options: Partial<ConsumerOptions> = {}, host: Partial<MembershipHost> = {}): Bench {
  const script = new ScriptedCoordinator();
  script.topicIds.set("orders", orders);
  const log: string[] = [];
  const note = (what: string): void => void log.push(`${script.clock.now()} ${what}`);
  const made: { release: () => void } = { release: () => undefined };
  const names = (partitions: readonly { topic: string; partition: number }[]): string =>
    partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(" ");
  const membership = new NextGenerationMembership({
    cluster: script,
    coordinator: script.coordinator,
    options: resolveConsumerOptions({ groupId: "billing", topics: ["orders"], protocol: "consumer", ...options }),
    host: {
      isClosing: () => false,
      topics: () => topics,
      pattern: () => undefined,
      reconcile: async ({ lose, revoke, add, round }) => {
        if (lose.length > 0) note(`lost ${names(lose)}`);
        if (revoke.length > 0) {
          note(`revoke ${names(revoke)}`);
          await new Promise<void>((resolve) => (made.release = resolve));
        }
        if (round !== undefined) note(`assigned ${names(add)} in ${round.generationId}`);
      },
      failed: ({ code }: KafkaError) => note(`failed ${code}`),
      givenUp: ({ code }: KafkaError) => note(`given up ${code}`),
      interrupt: ({ code }: KafkaError) => note(`interrupted ${code}`),
      retrying: ({ operation, error }) => note(`retrying ${operation} ${error.code}`),
      ...host,
    },
  });
  const said = (): unknown[] => script.requests.filter(({ api }) => api === "ConsumerGroupHeartbeat").map(changesOf);
  return { script, membership, log, release: () => made.release(), said };
}

function changesOf({ at, body }: { readonly at: number; readonly body: Record<string, unknown> }): unknown {
  const changes = Object.entries(body).filter(
    ([name, value]) => value !== null && value !== -1 && !["groupId", "memberId", "memberEpoch"].includes(name),
  );
  return { at, epoch: body.memberEpoch, ...Object.fromEntries(changes) };
}

const topics = ["orders"];
const all = {
  rebalanceTimeoutMs: 300_000,
  subscribedTopicNames: topics,
};
const two = { topicId: orders, partitions: [0, 1] };

describe("a member of a next-generation group on virtual time", () => {
  it("says all when it joins, owns what it is given, acknowledges it, and then says only that it lives", async () => {
    const { script, membership, log, said } = bench();
    script.script("ConsumerGroupHeartbeat", answer(1, two), unchanged(1));
    membership.start();
    await script.clock.advance(7000);
    expect(log).toEqual(["0 assigned orders-0 orders-1 in 1"]);
    expect(said()).toEqual([
      { at: 0, epoch: 0, ...all, topicPartitions: [] },
      { at: 0, epoch: 1, topicPartitions: [two] },
      { at: 3000, epoch: 1 },
      { at: 6000, epoch: 1 },
    ]);
    expect(membership.identity).toMatchObject({ generationId: 1, memberId: script.requests[0]?.body.memberId });
  });

  it("has an id of its own, as Kafka writes them, before any coordinator knows it", async () => {
    const { script, membership } = bench();
    const other = bench();
    for (const each of [script, other.script]) each.script("ConsumerGroupHeartbeat", answer(1));
    membership.start();
    other.membership.start();
    await script.clock.advance(1);
    await other.script.clock.advance(1);
    const ids = [script, other.script].map(({ requests }) => String(requests[0]?.body.memberId));
    for (const id of ids) expect(Uuid.parse(id).toString()).toBe(id);
    expect(new Set(ids).size).toBe(2);
  });

  it("gives up only what moves, finishes and acknowledges that, and is read on in all the rest", async () => {
    const { script, membership, log, said, release } = bench();
    script.script(
      "ConsumerGroupHeartbeat",
      answer(1, two),
      unchanged(1),
      answer(1, { topicId: orders, partitions: [1] }),
      unchanged(2),
    );
    membership.start();
    await script.clock.advance(8000);
    // The body takes its time: heartbeats go on, and say nothing of what is still in hand.
    expect(log).toEqual(["0 assigned orders-0 orders-1 in 1", "3000 revoke orders-0"]);
    expect(said().slice(3)).toEqual([{ at: 6000, epoch: 1 }]);
    release();
    await script.clock.advance(1);
    expect(said().at(-1)).toEqual({ at: 8000, epoch: 2, topicPartitions: [{ topicId: orders, partitions: [1] }] });
    expect(log).toHaveLength(2);
  });

  it("finishes what it has begun when its target changes meanwhile, and then goes to the newer one in one step", async () => {
    const { script, membership, log, said, release } = bench();
    script.script(
      "ConsumerGroupHeartbeat",
      answer(1, two),
      unchanged(1),
      answer(1, { topicId: orders, partitions: [1] }),
      answer(2, { topicId: orders, partitions: [0, 2] }),
      unchanged(2),
    );
    membership.start();
    await script.clock.advance(6500);
    expect(log.at(-1)).toBe("3000 revoke orders-0");
    release();
    await script.clock.advance(1);
    expect(log.at(-1)).toBe("6500 revoke orders-1");
    release();
    await script.clock.advance(1);
    expect(log.at(-1)).toBe("6501 assigned orders-0 orders-2 in 2");
    expect(said().at(-1)).toEqual({ at: 6501, epoch: 2, topicPartitions: [{ topicId: orders, partitions: [0, 2] }] });
  });

  it("reads what has a name, and asks for the names of topics that it has not heard of", async () => {
    const { script, membership, log, said } = bench();
    const named = { errorCode: 0, topicId: refunds, name: "refunds" };
    const both = [two, { topicId: refunds, partitions: [0] }];
    script.script("ConsumerGroupHeartbeat", answer(1, ...both), unchanged(1));
    script.script("Metadata", { topics: [{ ...named, name: null, errorCode: ErrorCode.UNKNOWN_TOPIC_ID }] });
    membership.start();
    await script.clock.advance(1);
    expect(said().at(-1)).toEqual({ at: 0, epoch: 1, topicPartitions: [two] });
    script.script("Metadata", { topics: [named] });
    script.topicIds.set("refunds", refunds);
    await script.clock.advance(200);
    expect(log).toEqual([
      "0 assigned orders-0 orders-1 in 1",
      "0 retrying metadata UNKNOWN_TOPIC_ID",
      "100 assigned refunds-0 in 1",
    ]);
    expect(said().at(-1)).toEqual({ at: 100, epoch: 1, topicPartitions: both });
    expect(script.requests.find(({ api }) => api === "Metadata")?.body).toEqual({
      topics: [{ topicId: refunds, name: null }],
      allowAutoTopicCreation: false,
    });
  });

  it.each([ErrorCode.FENCED_MEMBER_EPOCH, ErrorCode.UNKNOWN_MEMBER_ID])(
    "loses everything and joins anew as the same member, at once, when it is refused by %i",
    async (errorCode) => {
      const { script, membership, log, said } = bench();
      script.script(
        "ConsumerGroupHeartbeat",
        answer(5, two),
        unchanged(5),
        refusal(errorCode),
        answer(7, two),
        unchanged(7),
      );
      membership.start();
      await script.clock.advance(1);
      const before = membership.identity;
      await script.clock.advance(3000);
      expect(log).toEqual([
        "0 assigned orders-0 orders-1 in 5",
        "3000 lost orders-0 orders-1",
        "3000 assigned orders-0 orders-1 in 7",
      ]);
      expect(said().slice(3)).toEqual([
        { at: 3000, epoch: 0, ...all, topicPartitions: [] },
        { at: 3000, epoch: 7, topicPartitions: [two] },
      ]);
      expect(before?.ended.aborted).toBe(true);
      expect(membership.identity?.memberId).toBe(before?.memberId);
    },
  );

  it("is not driven round and round by a coordinator that fences it as it joins", async () => {
    const { script, membership } = bench();
    script.script("ConsumerGroupHeartbeat", refusal(ErrorCode.FENCED_MEMBER_EPOCH));
    membership.start();
    await script.clock.advance(2000);
    expect(script.times("ConsumerGroupHeartbeat")).toEqual([0, 100, 300, 700, 1500]);
  });

  it("keeps its partitions while heartbeats fail for reasons that pass, and says all again afterwards", async () => {
    const { script, membership, log, said } = bench();
    script.script(
      "ConsumerGroupHeartbeat",
      answer(1, two),
      unchanged(1),
      connectionClosed("gone"),
      refusal(ErrorCode.NOT_COORDINATOR),
      unchanged(1),
    );
    membership.start();
    await script.clock.advance(6400);
    expect(log).toEqual([
      "0 assigned orders-0 orders-1 in 1",
      "3000 retrying heartbeat CLIENT_CONNECTION_CLOSED",
      "3100 retrying heartbeat NOT_COORDINATOR",
    ]);
    const everything = { epoch: 1, ...all, topicPartitions: [two] };
    expect(said().slice(2)).toEqual([
      { at: 3000, epoch: 1 },
      { at: 3100, ...everything },
      { at: 3300, ...everything },
      { at: 6300, epoch: 1 },
    ]);
  });

  it("never has two heartbeats under way, whatever there is to say", async () => {
    const { script, membership } = bench();
    let give: (answered: Answer) => void = () => undefined;
    const late = new Promise<Answer>((resolve) => (give = resolve));
    script.script("ConsumerGroupHeartbeat", answer(1, two), unchanged(1), late, unchanged(1));
    membership.start();
    await script.clock.advance(3000);
    membership.rejoin();
    if (membership.identity !== undefined)
      membership.observe(kafkaError(ErrorCode.STALE_MEMBER_EPOCH), membership.identity);
    await script.clock.advance(5000);
    expect(script.times("ConsumerGroupHeartbeat")).toEqual([0, 0, 3000]);
    give(unchanged(1));
    await script.clock.advance(1);
    expect(script.times("ConsumerGroupHeartbeat")).toEqual([0, 0, 3000, 8000]);
  });

  it("tells of a changed subscription at once, and of nothing else", async () => {
    let wanted: readonly string[] = topics;
    const { script, membership, said } = bench({}, { topics: () => wanted });
    script.script("ConsumerGroupHeartbeat", answer(1, two), unchanged(1));
    membership.start();
    await script.clock.advance(1000);
    wanted = ["orders", "refunds"];
    membership.rejoin();
    await script.clock.advance(1);
    expect(said().at(-1)).toEqual({ at: 1000, epoch: 1, subscribedTopicNames: ["orders", "refunds"] });
  });

  it("sends a pattern as it is, and takes it back with the empty text", async () => {
    let pattern: string | undefined = "order.*";
    const { script, membership, said } = bench({}, { pattern: () => pattern });
    script.script("ConsumerGroupHeartbeat", answer(1, two), unchanged(1));
    membership.start();
    await script.clock.advance(1000);
    expect(said()[0]).toMatchObject({ subscribedTopicNames: [], subscribedTopicRegex: "order.*" });
    pattern = undefined;
    membership.rejoin();
    await script.clock.advance(1);
    expect(said().at(-1)).toEqual({ at: 1000, epoch: 1, subscribedTopicNames: topics, subscribedTopicRegex: "" });
  });

  it("names its assignor, its rack and its static identity", async () => {
    const { script, membership, said } = bench({
      remoteAssignor: "range",
      groupInstanceId: "a",
      rebalanceTimeoutMs: 7000,
    });
    script.script("ConsumerGroupHeartbeat", answer(1, two), unchanged(1));
    membership.start();
    await script.clock.advance(1);
    expect(said()).toEqual([
      {
        at: 0,
        epoch: 0,
        ...all,
        rebalanceTimeoutMs: 7000,
        serverAssignor: "range",
        instanceId: "a",
        topicPartitions: [],
      },
      { at: 0, epoch: 1, instanceId: "a", topicPartitions: [two] },
    ]);
  });

  it.each([
    ["dynamic", undefined, undefined, -1],
    ["static", "a", undefined, -2],
    ["static, and is to leave", "a", true, -1],
    ["dynamic, and is to stay", undefined, false, undefined],
  ] as const)("leaves once with the epoch of a member that is %s", async (_, groupInstanceId, leaveGroup, epoch) => {
    const { script, membership, log } = bench(groupInstanceId === undefined ? {} : { groupInstanceId });
    script.script("ConsumerGroupHeartbeat", answer(1, two), unchanged(1));
    membership.start();
    await script.clock.advance(1);
    const leave = (): Promise<void> => membership.leave("closed", { timeoutMs: 1000, leaveGroup });
    await Promise.all([leave(), leave()]);
    expect(script.requests.slice(2).map(({ body }) => body.memberEpoch)).toEqual(epoch === undefined ? [] : [epoch]);
    expect(log.at(-1)).toBe("1 lost orders-0 orders-1");
    expect([script.clock.armed, membership.identity]).toEqual([0, undefined]);
  });

  it("gives a farewell up when its time is over, and may join again", async () => {
    const { script, membership, log } = bench();
    script.script(
      "ConsumerGroupHeartbeat",
      answer(1, two),
      unchanged(1),
      refusal(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
    );
    membership.start();
    await script.clock.advance(1);
    const left = membership.leave("closed", { timeoutMs: 1000 }).catch((error: unknown) => error);
    await script.clock.advance(1000);
    expect(await left).toMatchObject({ code: "CLIENT_REQUEST_TIMEOUT" });
    script.script("ConsumerGroupHeartbeat", answer(3, two), unchanged(3));
    membership.start();
    await script.clock.advance(1);
    expect(log.at(-1)).toMatch(/assigned orders-0 orders-1 in 3$/);
  });

  it.each([
    [ErrorCode.UNRELEASED_INSTANCE_ID, /groupInstanceId "a"/],
    [ErrorCode.FENCED_INSTANCE_ID, /groupInstanceId "a"/],
    [ErrorCode.GROUP_MAX_SIZE_REACHED, /group\.consumer\.max\.size/],
    [ErrorCode.UNSUPPORTED_ASSIGNOR, /remoteAssignor is "best"/],
    [ErrorCode.INVALID_REGULAR_EXPRESSION, /RE2/],
    [ErrorCode.GROUP_AUTHORIZATION_FAILED, /group "billing"/],
    [ErrorCode.UNSUPPORTED_VERSION, /protocol: "classic"/],
    [ErrorCode.GROUP_ID_NOT_FOUND, /group\.consumer\.migration\.policy/],
    [ErrorCode.INVALID_REQUEST, /The broker says: no good/],
  ])("ends with the broker's refusal %i, which says what to do", async (errorCode, advice) => {
    const errors: KafkaError[] = [];
    const { script, membership } = bench(
      { groupInstanceId: "a", remoteAssignor: "best" },
      { failed: (error) => void errors.push(error) },
    );
    script.script("ConsumerGroupHeartbeat", refusal(errorCode, "no good"));
    membership.start();
    await script.clock.advance(60_000);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ errorCode, message: expect.stringMatching(advice) });
    expect([script.times("ConsumerGroupHeartbeat").length, script.clock.armed]).toEqual([1, 0]);
  });

  it("tells once that it may not read a topic, stays a member, and goes on when it may", async () => {
    const { script, membership, log } = bench();
    const refused = refusal(ErrorCode.TOPIC_AUTHORIZATION_FAILED);
    script.script("ConsumerGroupHeartbeat", answer(1, two), unchanged(1), refused, refused, unchanged(1));
    membership.start();
    await script.clock.advance(4000);
    expect(log).toEqual([
      "0 assigned orders-0 orders-1 in 1",
      "3000 interrupted TOPIC_AUTHORIZATION_FAILED",
      "3000 retrying heartbeat TOPIC_AUTHORIZATION_FAILED",
      "3100 retrying heartbeat TOPIC_AUTHORIZATION_FAILED",
    ]);
    expect(membership.identity?.generationId).toBe(1);
  });

  it("refuses to have the partitions shared out anew, which is the broker's affair", () => {
    expect(() => bench().membership.enforceRebalance()).toThrow(/protocol "consumer"/);
  });
});

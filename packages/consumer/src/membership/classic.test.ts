import { connectionClosed } from "@moldau/connection-pool";
import {
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  ErrorCode,
  kafkaError,
  KafkaError,
} from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { ScriptedCoordinator } from "../../test-support/scripted-coordinator.js";
import type { Assignor } from "../assignors/assignor.js";
import { resolveConsumerOptions, type ConsumerOptions } from "../options.js";
import type { TopicPartition } from "../partitions/topic-partition.js";
import { ClassicMembership } from "./classic.js";
import type { MembershipHost } from "./membership.js";

const subscription = encodeSubscription(3, { topics: ["orders"] });
const joined = {
  errorCode: 0,
  generationId: 1,
  memberId: "m",
  leader: "m",
  protocolName: "range",
  skipAssignment: false,
  members: [{ memberId: "m", groupInstanceId: null, metadata: subscription }],
};
const synced = {
  errorCode: 0,
  assignment: encodeAssignment(3, { assignedPartitions: [{ topic: "orders", partitions: [0, 1] }] }),
};

interface Bench {
  readonly script: ScriptedCoordinator;
  readonly membership: ClassicMembership;
  /** What happened to the consumer, and when. */
  readonly log: string[];
  release: () => void;
}

function bench(options: Partial<ConsumerOptions> = {}, host: Partial<MembershipHost> = {}): Bench {
  const script = new ScriptedCoordinator();
  script.script("JoinGroup", joined);
  script.script("SyncGroup", synced);
  const log: string[] = [];
  const note = (what: string): void => void log.push(`${script.clock.now()} ${what}`);
  const made: { release: () => void } = { release: () => undefined };
  const membership = new ClassicMembership({
    cluster: script,
    coordinator: script.coordinator,
    options: resolveConsumerOptions({ groupId: "billing", topics: ["orders"], heartbeatIntervalMs: 3000, ...options }),
    host: {
      isClosing: () => false,
      topics: () => topics,
      pattern: () => undefined,
      reconcile: async ({ lose, revoke, add, round }) => {
        if (lose.length > 0) note(`lost${listed(lose)}`);
        if (revoke.length > 0) {
          note(`revoke${listed(revoke)}`);
          await new Promise<void>((resolve) => (made.release = resolve));
        }
        if (round !== undefined) note(`assigned${listed(add)}`);
      },
      failed: ({ code }: KafkaError) => note(`failed ${code}`),
      givenUp: ({ code }: KafkaError) => note(`given up ${code}`),
      interrupt: ({ code }: KafkaError) => note(`interrupted ${code}`),
      retrying: ({ operation, error }) => note(`retrying ${operation} ${error.code}`),
      ...host,
    },
  });
  return { script, membership, log, release: () => made.release() };
}

function listed(partitions: readonly TopicPartition[]): string {
  return partitions.map(({ partition }) => ` ${partition}`).join("");
}

const topics = ["orders"];

/** An assignment of partitions of "orders", as an answer to SyncGroup. */
function given(...partitions: readonly number[]): Record<string, unknown> {
  return { errorCode: 0, assignment: encodeAssignment(3, { assignedPartitions: [{ topic: "orders", partitions }] }) };
}

const cooperative: Assignor = { name: "mine", rebalanceProtocol: "cooperative", assign: () => new Map() };

/** A round of the group in which others share out. */
function round(generationId: number): Record<string, unknown> {
  return { ...joined, generationId, leader: "other", protocolName: "mine", members: [] };
}

/** What each JoinGroup said that the member has, and since which round. */
function claims(script: ScriptedCoordinator): { owned: number[]; generationId: number }[] {
  return script.requests
    .filter(({ api }) => api === "JoinGroup")
    .map(({ body }) => (body as unknown as { protocols: { metadata: Buffer }[] }).protocols[0]?.metadata)
    .map((metadata) => decodeSubscription(metadata ?? Buffer.alloc(0)))
    .map(({ ownedPartitions, generationId }) => ({
      owned: ownedPartitions.flatMap(({ partitions }) => partitions),
      generationId,
    }));
}

describe("a cooperative membership on virtual time", () => {
  it("joins with what it has, keeps what it is given again, and joins once more when something moved away", async () => {
    const { script, membership, log, release } = bench({ assignors: [cooperative] });
    script.script("JoinGroup", round(1), round(2), round(3));
    script.script("SyncGroup", given(0, 1), given(1, 2), given(1, 2));
    membership.start();
    await script.clock.advance(1);
    script.script("Heartbeat", { errorCode: ErrorCode.REBALANCE_IN_PROGRESS }, { errorCode: 0 });
    await script.clock.advance(3000);
    expect(log).toEqual(["0 assigned 0 1", "3000 assigned 2", "3000 revoke 0"]);
    await script.clock.advance(4000);
    release();
    await script.clock.advance(1);
    expect(log.slice(3)).toEqual(["7001 assigned"]);
    expect(claims(script)).toEqual([
      { owned: [], generationId: -1 },
      { owned: [0, 1], generationId: 1 },
      { owned: [1, 2], generationId: 2 },
    ]);
    // While the body finished, the member went on being one.
    expect(script.times("Heartbeat")).toEqual([3000, 6000]);
  });

  it("stands under its last round while JoinGroup waits, and nowhere between that and the next", async () => {
    const { script, membership } = bench({ assignors: [cooperative] });
    const answers: ((answer: Record<string, unknown>) => void)[] = [];
    const waiting = (): Promise<Record<string, unknown>> => new Promise((resolve) => answers.push(resolve));
    script.script("JoinGroup", round(1), waiting());
    script.script("SyncGroup", given(0, 1), waiting());
    membership.start();
    await script.clock.advance(1);
    const before = membership.identity;
    membership.enforceRebalance("test");
    await script.clock.advance(1);
    expect(membership.identity).toBe(before);
    // The coordinator has made the next round, and its answer is still on its way: that is no expulsion.
    if (before !== undefined) membership.observe(kafkaError(ErrorCode.ILLEGAL_GENERATION), before);
    const next = membership.nextIdentity(before, new AbortController().signal);
    answers[0]?.(round(2));
    await script.clock.advance(1);
    expect([before?.ended.aborted, membership.identity]).toEqual([true, undefined]);
    answers[1]?.(given(0, 1));
    await script.clock.advance(1);
    expect(await next).toMatchObject({ memberId: "m", generationId: 2 });
  });

  it("goes on with what it has when the group moves on before SyncGroup is answered", async () => {
    const { script, membership, log } = bench({ assignors: [cooperative] });
    script.script("JoinGroup", round(1), round(2), round(3));
    script.script("SyncGroup", given(0, 1), { errorCode: ErrorCode.REBALANCE_IN_PROGRESS }, given(0, 1));
    membership.start();
    await script.clock.advance(1);
    membership.enforceRebalance("test");
    await script.clock.advance(1);
    expect(log).toEqual(["0 assigned 0 1", "1 assigned"]);
    expect(claims(script).at(-1)).toEqual({ owned: [0, 1], generationId: 2 });
  });

  it("loses all that it has when JoinGroup or SyncGroup is answered that it is not known", async () => {
    const { script, membership, log } = bench({ assignors: [cooperative] });
    const unknown = { ...round(2), errorCode: ErrorCode.UNKNOWN_MEMBER_ID };
    script.script("JoinGroup", round(1), unknown, round(3));
    script.script("SyncGroup", given(0, 1));
    membership.start();
    await script.clock.advance(1);
    membership.enforceRebalance("test");
    await script.clock.advance(1);
    expect(log).toEqual(["0 assigned 0 1", "1 lost 0 1", "1 assigned 0 1"]);
    script.script("JoinGroup", round(4), round(5));
    script.script("SyncGroup", { errorCode: ErrorCode.ILLEGAL_GENERATION }, given(1));
    membership.enforceRebalance("test");
    await script.clock.advance(1);
    expect(log.slice(3)).toEqual(["2 lost 0 1", "2 assigned 1"]);
    expect(claims(script).slice(2)).toEqual([
      { owned: [], generationId: -1 },
      { owned: [0, 1], generationId: 3 },
      { owned: [], generationId: -1 },
    ]);
  });

  it("gives up what it does not subscribe to any more before it joins, and nothing else", async () => {
    const subscription = { topics: ["orders", "bills"] };
    const { script, membership, log, release } = bench(
      { assignors: [cooperative] },
      { topics: () => subscription.topics },
    );
    script.topics.set("bills", 1);
    const both = [
      { topic: "orders", partitions: [0, 1] },
      { topic: "bills", partitions: [7] },
    ];
    script.script("JoinGroup", round(1), round(2));
    script.script(
      "SyncGroup",
      { errorCode: 0, assignment: encodeAssignment(3, { assignedPartitions: both }) },
      given(0, 1),
    );
    membership.start();
    await script.clock.advance(1);
    subscription.topics = ["orders"];
    membership.rejoin();
    await script.clock.advance(1);
    expect(script.times("JoinGroup")).toEqual([0]);
    release();
    await script.clock.advance(1);
    expect(log).toEqual(["0 assigned 0 1 7", "1 revoke 7", "2 assigned"]);
    expect(claims(script).at(-1)).toEqual({ owned: [0, 1], generationId: 1 });
  });

  it("is what a member with an eager assignor among those it offers is not, whichever the group chooses", async () => {
    const { script, membership, log, release } = bench({ assignors: ["range", cooperative] });
    script.script("JoinGroup", round(1), round(2));
    membership.start();
    await script.clock.advance(1);
    membership.enforceRebalance("test");
    await script.clock.advance(1);
    release();
    await script.clock.advance(1);
    expect(log).toEqual(["0 assigned 0 1", "1 revoke 0 1", "2 assigned 0 1"]);
    expect(claims(script).at(-1)).toEqual({ owned: [], generationId: 1 });
  });
});

describe("membership on virtual time", () => {
  it("joins, shares out as the leader, and heartbeats at its interval whatever the application does", async () => {
    const { script, membership, log } = bench();
    membership.start();
    await script.clock.advance(10_000);
    expect(log).toEqual(["0 assigned 0 1"]);
    expect(script.requests.map(({ api }) => api).slice(0, 3)).toEqual(["JoinGroup", "SyncGroup", "Heartbeat"]);
    expect(script.times("Heartbeat")).toEqual([3000, 6000, 9000]);
    expect(script.requests[1]?.body).toMatchObject({
      generationId: 1,
      memberId: "m",
      assignments: [{ memberId: "m" }],
    });
  });

  it("tries to join again with growing waits as long as the reason passes", async () => {
    const { script, membership, log } = bench();
    script.script(
      "JoinGroup",
      { ...joined, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE },
      connectionClosed("gone"),
      { ...joined, errorCode: ErrorCode.REBALANCE_IN_PROGRESS },
      joined,
    );
    membership.start();
    await script.clock.advance(2000);
    expect(script.times("JoinGroup")).toEqual([0, 100, 300, 700]);
    expect(log.at(-1)).toBe("700 assigned 0 1");
  });

  it("goes on heartbeating while the application finishes, and joins when it has", async () => {
    const { script, membership, log, release } = bench();
    script.script("Heartbeat", { errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
    membership.start();
    await script.clock.advance(10_000);
    expect(script.times("Heartbeat")).toEqual([3000, 6000, 9000]);
    expect(script.times("JoinGroup")).toEqual([0]);
    release();
    await script.clock.advance(1);
    expect(script.times("JoinGroup")).toEqual([0, 10_000]);
    expect(log).toEqual(["0 assigned 0 1", "3000 revoke 0 1", "10000 assigned 0 1"]);
  });

  it("loses its partitions and joins anew when it is not known any more", async () => {
    const { script, membership, log } = bench();
    script.script("Heartbeat", { errorCode: ErrorCode.UNKNOWN_MEMBER_ID }, { errorCode: 0 });
    membership.start();
    await script.clock.advance(3001);
    expect(log).toEqual(["0 assigned 0 1", "3000 lost 0 1", "3000 assigned 0 1"]);
    expect(script.requests.filter(({ api }) => api === "JoinGroup").at(-1)?.body).toMatchObject({ memberId: "" });
  });

  it("keeps its partitions while heartbeats fail for reasons that pass", async () => {
    const { script, membership, log } = bench();
    script.script("Heartbeat", connectionClosed("gone"), { errorCode: ErrorCode.NOT_COORDINATOR }, { errorCode: 0 });
    membership.start();
    await script.clock.advance(12_000);
    expect(log.filter((line) => !line.includes("retrying"))).toEqual(["0 assigned 0 1"]);
    expect(script.times("Heartbeat")).toHaveLength(4);
  });

  it("ends with an error that does not pass, and heartbeats no more", async () => {
    const { script, membership, log } = bench({ groupInstanceId: "a" });
    script.script("Heartbeat", { errorCode: ErrorCode.FENCED_INSTANCE_ID });
    membership.start();
    await script.clock.advance(60_000);
    expect(log).toEqual(["0 assigned 0 1", "3000 lost 0 1", "3000 failed FENCED_INSTANCE_ID"]);
    expect([script.times("Heartbeat").length, script.clock.armed]).toEqual([1, 0]);
  });

  it("has the group share anew when its leader sees a topic grow, and only then", async () => {
    const { script, membership, log } = bench();
    membership.start();
    await script.clock.advance(1);
    membership.metadataChanged();
    script.topics.set("orders", 3);
    membership.metadataChanged();
    await script.clock.advance(1);
    expect(log.filter((line) => line.includes("revoke"))).toHaveLength(1);
  });

  it("says farewell once, and takes back a JoinGroup that waits", async () => {
    const { script, membership } = bench();
    script.script("JoinGroup", { errorCode: ErrorCode.MEMBER_ID_REQUIRED, memberId: "given" }, "never");
    membership.start();
    await script.clock.advance(1);
    await Promise.all([
      membership.leave("closed", { timeoutMs: 1000 }),
      membership.leave("closed", { timeoutMs: 1000 }),
    ]);
    expect(script.interruptions).toBe(1);
    expect(script.requests.filter(({ api }) => api === "LeaveGroup").map(({ body }) => body)).toEqual([
      { groupId: "billing", members: [{ memberId: "given", groupInstanceId: null, reason: "closed" }] },
    ]);
    expect(script.clock.armed).toBe(0);
  });

  it("does not say farewell as a static member, whose partitions wait for it", async () => {
    const { script, membership } = bench({ groupInstanceId: "a" });
    membership.start();
    await script.clock.advance(1);
    await membership.leave("closed", { timeoutMs: 1000 });
    expect(script.times("LeaveGroup")).toEqual([]);
    expect(script.clock.armed).toBe(0);
  });

  it("says farewell as a static member when it is told to, and as a dynamic one not when it is told not to", async () => {
    const fixed = bench({ groupInstanceId: "a" });
    fixed.membership.start();
    await fixed.script.clock.advance(1);
    await fixed.membership.leave("moved away", { timeoutMs: 1000, leaveGroup: true });
    expect(fixed.script.requests.at(-1)).toMatchObject({
      api: "LeaveGroup",
      body: { members: [{ memberId: "m", groupInstanceId: "a", reason: "moved away" }] },
    });
    const dynamic = bench();
    dynamic.membership.start();
    await dynamic.script.clock.advance(1);
    await dynamic.membership.leave("back soon", { timeoutMs: 1000, leaveGroup: false });
    expect(dynamic.script.times("LeaveGroup")).toEqual([]);
    expect([fixed.script.clock.armed, dynamic.script.clock.armed]).toEqual([0, 0]);
  });

  it("has the group share anew when it is told to, with the reason, and not twice", async () => {
    const { script, membership, log, release } = bench();
    membership.enforceRebalance("nobody is there yet");
    membership.start();
    await script.clock.advance(1);
    membership.enforceRebalance("x".repeat(300));
    membership.enforceRebalance("again");
    release();
    await script.clock.advance(1);
    expect(script.requests.filter(({ api }) => api === "JoinGroup").map(({ body }) => body.reason)).toEqual([
      null,
      "x".repeat(255),
    ]);
    expect(log).toEqual(["0 assigned 0 1", "1 revoke 0 1", "1 assigned 0 1"]);
  });

  it("gives a farewell up when its time is over, and may join again", async () => {
    const { script, membership, log } = bench();
    script.script("LeaveGroup", { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, members: [] });
    membership.start();
    await script.clock.advance(1);
    const left = membership.leave("closed", { timeoutMs: 1000 }).catch((error: unknown) => error);
    await script.clock.advance(1000);
    expect(await left).toMatchObject({
      code: "CLIENT_REQUEST_TIMEOUT",
      message: expect.stringContaining("was not left within the 1000 ms that were there for it"),
    });
    membership.start();
    await script.clock.advance(1);
    expect(log.at(-1)).toMatch(/assigned 0 1$/);
  });

  it("is not driven out of a round by what is said about a commit of the round before", async () => {
    const { script, membership, log, release } = bench();
    membership.start();
    await script.clock.advance(1);
    const before = membership.identity;
    membership.rejoin();
    release();
    script.script("JoinGroup", { ...joined, generationId: 2 });
    await script.clock.advance(1);
    expect(before?.ended.aborted).toBe(true);
    expect(membership.identity).toMatchObject({ memberId: "m", generationId: 2 });
    if (before !== undefined) membership.observe(kafkaError(ErrorCode.ILLEGAL_GENERATION), before);
    await script.clock.advance(1);
    expect(log).toEqual(["0 assigned 0 1", "1 revoke 0 1", "1 assigned 0 1"]);
    if (membership.identity !== undefined)
      membership.observe(kafkaError(ErrorCode.ILLEGAL_GENERATION), membership.identity);
    expect(log.at(-1)).toBe("3 lost 0 1");
  });

  it("says what it owns and since which round when it joins: under the eager protocol only the round", async () => {
    const { script, membership, release } = bench();
    script.script("JoinGroup", { ...joined, generationId: 7 });
    membership.start();
    await script.clock.advance(1);
    membership.rejoin();
    release();
    await script.clock.advance(1);
    if (membership.identity !== undefined)
      membership.observe(kafkaError(ErrorCode.ILLEGAL_GENERATION), membership.identity);
    await script.clock.advance(1);
    expect(claims(script)).toEqual([
      { owned: [], generationId: -1 },
      { owned: [], generationId: 7 },
      { owned: [], generationId: -1 },
    ]);
  });

  it("fails, and can be started again, when what it has to do throws", async () => {
    let isBroken = true;
    const { script, membership, log } = bench(
      {},
      {
        topics: () => {
          if (isBroken) throw new KafkaError("CLIENT_BROKEN", "no");
          return topics;
        },
      },
    );
    script.script("SyncGroup", { errorCode: 0, assignment: Buffer.from([0xff]) }, synced);
    membership.start();
    await script.clock.advance(1);
    expect(log).toEqual(["0 failed CLIENT_BROKEN"]);
    isBroken = false;
    membership.start();
    await script.clock.advance(1);
    expect(log.at(-1)).toMatch(/^1 failed/);
    membership.start();
    await script.clock.advance(1);
    expect(log.at(-1)).toBe("2 assigned 0 1");
  });
});

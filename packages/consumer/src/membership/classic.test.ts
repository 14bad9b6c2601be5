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
import { resolveConsumerOptions, type ConsumerOptions } from "../options.js";
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
        if (lose.length > 0) note("lost");
        if (revoke.length > 0) {
          note("revoke");
          await new Promise<void>((resolve) => (made.release = resolve));
        }
        if (round !== undefined) note(`assigned ${add.map(({ partition }) => partition).join(" ")}`);
      },
      failed: ({ code }: KafkaError) => note(`failed ${code}`),
      interrupt: ({ code }: KafkaError) => note(`interrupted ${code}`),
      retrying: ({ operation, error }) => note(`retrying ${operation} ${error.code}`),
      ...host,
    },
  });
  return { script, membership, log, release: () => made.release() };
}

const topics = ["orders"];

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
    expect(log).toEqual(["0 assigned 0 1", "3000 revoke", "10000 assigned 0 1"]);
  });

  it("loses its partitions and joins anew when it is not known any more", async () => {
    const { script, membership, log } = bench();
    script.script("Heartbeat", { errorCode: ErrorCode.UNKNOWN_MEMBER_ID }, { errorCode: 0 });
    membership.start();
    await script.clock.advance(3001);
    expect(log).toEqual(["0 assigned 0 1", "3000 lost", "3000 assigned 0 1"]);
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
    expect(log).toEqual(["0 assigned 0 1", "3000 lost", "3000 failed FENCED_INSTANCE_ID"]);
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
    expect(log.filter((line) => line.endsWith("revoke"))).toHaveLength(1);
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
    expect(log).toEqual(["0 assigned 0 1", "1 revoke", "1 assigned 0 1"]);
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
    expect(log).toEqual(["0 assigned 0 1", "1 revoke", "1 assigned 0 1"]);
    if (membership.identity !== undefined)
      membership.observe(kafkaError(ErrorCode.ILLEGAL_GENERATION), membership.identity);
    expect(log.at(-1)).toBe("3 lost");
  });

  it("says what it owns and since which round when it joins: under the eager protocol only the round", async () => {
    const { script, membership, release } = bench();
    const subscriptions = (): unknown[] =>
      script.requests
        .filter(({ api }) => api === "JoinGroup")
        .map(({ body }) => (body as unknown as { protocols: { metadata: Buffer }[] }).protocols[0]?.metadata)
        .map((metadata) => decodeSubscription(metadata ?? Buffer.alloc(0)))
        .map(({ ownedPartitions, generationId }) => ({ ownedPartitions, generationId }));
    script.script("JoinGroup", { ...joined, generationId: 7 });
    membership.start();
    await script.clock.advance(1);
    membership.rejoin();
    release();
    await script.clock.advance(1);
    if (membership.identity !== undefined)
      membership.observe(kafkaError(ErrorCode.ILLEGAL_GENERATION), membership.identity);
    await script.clock.advance(1);
    expect(subscriptions()).toEqual([
      { ownedPartitions: [], generationId: -1 },
      { ownedPartitions: [], generationId: 7 },
      { ownedPartitions: [], generationId: -1 },
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

import { connectionClosed } from "@moldau/connection-pool";
import { ErrorCode, Uuid, type KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { ScriptedCoordinator } from "../../test-support/scripted-coordinator.js";
import { standingMember } from "../../test-support/standing-member.js";
import { resolveConsumerOptions, type ConsumerOptions } from "../options.js";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import { Assignment } from "../partitions/assignment.js";
import { Commits } from "./commits.js";

interface Bench {
  readonly script: ScriptedCoordinator;
  readonly commits: Commits;
  readonly assignment: Assignment;
  readonly partitions: readonly AssignedPartition[];
  /** What was told, and when. */
  readonly log: string[];
  /** The offsets of each request, by partition. */
  readonly requested: () => Record<string, bigint>[];
  readonly endRound: () => void;
  readonly beginRound: () => void;
  /** A time on the clock, in milliseconds since the beginning. */
  readonly at: (ms: number) => number;
}

const later = { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS };

function answer(...codes: readonly number[]): Record<string, unknown> {
  const partitions = codes.map((errorCode, partitionIndex) => ({ partitionIndex, errorCode }));
  return { topics: [{ name: "orders", partitions }] };
}

function bench(options: Partial<ConsumerOptions> = {}): Bench {
  const script = new ScriptedCoordinator();
  script.script("OffsetCommit", answer(0, 0));
  const log: string[] = [];
  const startedAt = script.clock.monotonic();
  const at = (ms: number): number => startedAt + ms;
  const note = (what: string): void => void log.push(`${script.clock.monotonic() - startedAt} ${what}`);
  const { membership, endRound, beginRound } = standingMember({ observe: ({ code }) => note(`observed ${code}`) });
  const assignment = new Assignment({});
  const partitions = assignment.add([
    { topic: "orders", partition: 0 },
    { topic: "orders", partition: 1 },
  ]);
  for (const partition of partitions) partition.found(0n);
  const commits = new Commits({
    cluster: script,
    coordinator: script.coordinator,
    options: resolveConsumerOptions({ groupId: "billing", autoCommitIntervalMs: 1000, ...options }),
    membership,
    assignment,
    isActive: () => false,
    moved: ({ position }) => void log.push(`moved to ${position}`),
    name: { clientId: "test", clientInstance: 1, groupId: "billing" },
    tell: (name, make) =>
      note(`${name} ${describeEvent(make({ clientId: "test", clientInstance: 1, groupId: "billing" }))}`.trim()),
    failed: ({ code }) => note(`failed ${code}`),
  });
  const requested = (): Record<string, bigint>[] =>
    script.requests.map(({ body }) => {
      const { topics } = body as unknown as {
        topics: { partitions: { partitionIndex: number; committedOffset: bigint }[] }[];
      };
      return Object.fromEntries(
        (topics[0]?.partitions ?? []).map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
      );
    });
  return { script, commits, assignment, partitions, log, requested, endRound, beginRound, at };
}

function describeEvent(event: unknown): string {
  const { offsets, error } = (event ?? {}) as {
    offsets?: { partition: number; offset: bigint; error?: KafkaError }[];
    error?: KafkaError;
  };
  const texts = offsets?.map((each) => `${each.partition}@${each.offset}${each.error ? ` ${each.error.code}` : ""}`);
  return texts?.join(" ") ?? error?.code ?? "";
}

function done(partition: AssignedPartition | undefined, offset: bigint): void {
  partition?.ledger.advanceTo(offset);
}

describe("commits on virtual time", () => {
  it("judges each partition by itself: what is kept is not sent again, and what never will be is told of and left out", async () => {
    const { script, commits, partitions, log, requested, at } = bench();
    for (const partition of partitions) done(partition, 5n);
    script.script(
      "OffsetCommit",
      answer(0, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
      answer(0, ErrorCode.OFFSET_METADATA_TOO_LARGE),
    );
    const committing = commits.commitDue(at(30_000));
    await script.clock.advance(200);
    await committing;
    expect(requested()).toEqual([{ 0: 5n, 1: 5n }, { 1: 5n }]);
    expect(log).toEqual([
      "0 retrying COORDINATOR_LOAD_IN_PROGRESS",
      "100 committed 0@5",
      "100 commitRefused 1@5 OFFSET_METADATA_TOO_LARGE",
    ]);
    await commits.commitDue(at(60_000));
    expect(requested()).toHaveLength(2);
  });

  it("lets reading step over what was taken back before a place that the application commits, and no further", async () => {
    const { commits, partitions, log, at } = bench({ autoCommit: false });
    const [partition] = partitions;
    const commit = (offset: bigint): Promise<void> =>
      commits.commit([{ topic: "orders", partition: 0, offset }], { deadline: at(30_000) });
    done(partition, 5n);
    partition?.rewind();
    await commit(6n);
    expect(partition?.position).toBe(0n);
    await commit(3n);
    expect([partition?.position, partition?.due]).toEqual([3n, undefined]);
    partition?.ledger.take({ from: 3n, to: 4n, batches: [] }, -1);
    await commit(5n);
    expect([partition?.position, log.filter((line) => line.startsWith("moved"))]).toEqual([4n, ["moved to 3"]]);
  });

  it("leaves out the partitions of a topic that was deleted, as soon as the metadata does not know it either", async () => {
    const { script, commits, partitions, log, requested, at } = bench();
    for (const partition of partitions) done(partition, 5n);
    script.script("OffsetCommit", answer(0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    script.topics.set("orders", 1);
    await commits.commitDue(at(30_000));
    expect(requested()).toHaveLength(1);
    expect(log).toEqual(["0 committed 0@5", "0 commitRefused 1@5 UNKNOWN_TOPIC_OR_PARTITION"]);
  });

  it("tries again while only the coordinator does not know the topic yet", async () => {
    const { script, commits, partitions, log, at } = bench();
    done(partitions[0], 5n);
    script.script("OffsetCommit", answer(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION), answer(0));
    const committing = commits.commitDue(at(30_000));
    await script.clock.advance(100);
    await committing;
    expect(log.at(-1)).toBe("100 committed 0@5");
  });

  it("outlives the round of the group that it was made in where the partition is kept, waits between two, and goes on under the next", async () => {
    const { script, commits, partitions, log, endRound, beginRound, at } = bench();
    done(partitions[0], 5n);
    script.script("OffsetCommit", answer(later.errorCode));
    const automatic = commits.commitDue(at(30_000));
    await script.clock.advance(150);
    endRound();
    script.script("OffsetCommit", answer(0));
    await script.clock.advance(5000);
    expect(script.times("OffsetCommit")).toEqual([0, 100]);
    const byHand = commits.commit(undefined, { deadline: at(30_000) });
    beginRound();
    await script.clock.advance(1);
    await Promise.all([automatic, byHand]);
    expect(script.requests.map(({ body }) => body.generationIdOrMemberEpoch)).toEqual([3, 3, 4]);
    expect(log.filter((line) => !line.includes("retrying"))).toEqual(["5150 committed 0@5"]);
  });

  it.each([ErrorCode.ILLEGAL_GENERATION, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.STALE_MEMBER_EPOCH])(
    "that is refused under one identity of the member (%i) is told to the membership, and made again under the next one, not before",
    async (errorCode) => {
      const { script, commits, partitions, log, beginRound, at } = bench();
      done(partitions[0], 5n);
      script.script("OffsetCommit", answer(errorCode), answer(0));
      const committing = commits.commitDue(at(30_000));
      await script.clock.advance(2000);
      expect(script.times("OffsetCommit")).toEqual([0]);
      beginRound();
      await script.clock.advance(1);
      await committing;
      expect(log).toEqual([expect.stringMatching(/^0 observed /), "2000 committed 0@5"]);
    },
  );

  it("ends for a partition that is given up meanwhile, and goes on for the others", async () => {
    const { script, commits, assignment, partitions, log, endRound, beginRound, at } = bench();
    for (const partition of partitions) done(partition, 5n);
    script.script("OffsetCommit", answer(later.errorCode, later.errorCode), answer(0, 0));
    const outcome = commits.commit(undefined, { deadline: at(30_000) }).catch((error: unknown) => error);
    await script.clock.advance(1);
    endRound();
    assignment.remove([{ topic: "orders", partition: 0 }]);
    beginRound();
    await script.clock.advance(100);
    expect(await outcome).toMatchObject({ code: "CLIENT_NOT_ASSIGNED", topic: "orders", partition: 0 });
    expect(log.at(-1)).toBe("100 committed 1@5");
    expect(
      script.requests.map(({ body }) => (body as { topics: { partitions: unknown[] }[] }).topics[0]?.partitions.length),
    ).toEqual([2, 1]);
  });

  it("ends at once when all its partitions are given up, and waits for nothing more", async () => {
    const { script, commits, assignment, partitions, log, endRound, at } = bench();
    done(partitions[0], 5n);
    script.script("OffsetCommit", "never");
    const automatic = commits.commitDue(at(30_000));
    await script.clock.advance(1);
    endRound();
    assignment.clear();
    await automatic;
    expect(log).toEqual([]);
    expect(script.clock.armed).toBe(0);
  });

  it("of a partition that is not assigned ends with the round, since nobody can tell whose that is in the next", async () => {
    const { script, commits, log, endRound, beginRound, at } = bench();
    const stranger = [{ topic: "orders", partition: 7, offset: 3n }];
    script.script("OffsetCommit", answer(...Array.from({ length: 8 }, () => later.errorCode)));
    const outcome = commits.commit(stranger, { deadline: at(30_000) }).catch((error: unknown) => error);
    await script.clock.advance(1);
    endRound();
    expect(await outcome).toMatchObject({ code: "CLIENT_NOT_ASSIGNED", groupId: "billing" });
    await expect(commits.commit(stranger, { deadline: at(30_000) })).rejects.toMatchObject({
      code: "CLIENT_NOT_ASSIGNED",
    });
    beginRound();
    await script.clock.advance(60_000);
    expect(script.times("OffsetCommit")).toEqual([0]);
    expect(log.filter((line) => line.includes("committed"))).toEqual([]);
  });

  it("that waits for a round gives up when its time is over, and says what it waited for", async () => {
    const { script, commits, partitions, endRound, at } = bench();
    done(partitions[0], 5n);
    endRound();
    const outcome = commits.commit(undefined, { deadline: at(1000) }).catch((error: unknown) => error);
    await script.clock.advance(1001);
    expect(await outcome).toMatchObject({ code: "CLIENT_REQUEST_TIMEOUT", groupId: "billing" });
    expect(script.clock.armed).toBe(0);
  });

  it("goes by the id of the topic that was read, and is given up when another one has its name by now", async () => {
    const { script, commits, partitions, log, at } = bench();
    const [topicId, other] = [1, 2].map((byte) => Uuid.random(() => Buffer.alloc(16, byte))) as [Uuid, Uuid];
    partitions[0]?.lineage.ledBy({ node: 1, epoch: 0, topicId });
    done(partitions[0], 5n);
    script.topicId = topicId;
    const byId = (errorCode: number): Record<string, unknown> => ({
      topics: [{ name: "", topicId, partitions: [{ partitionIndex: 0, errorCode }] }],
    });
    script.script("OffsetCommit", byId(ErrorCode.UNKNOWN_TOPIC_ID), byId(0));
    const committing = commits.commitDue(at(30_000));
    await script.clock.advance(100);
    await committing;
    expect(script.requests[0]?.body).toMatchObject({ topics: [{ topicId }] });
    expect(log.slice(-1)).toEqual(["100 committed 0@5"]);
    done(partitions[0], 6n);
    script.topicId = other;
    script.script("OffsetCommit", byId(ErrorCode.UNKNOWN_TOPIC_ID));
    await commits.commitDue(at(30_000));
    expect(log.slice(-1)).toEqual(["100 commitRefused 0@6 UNKNOWN_TOPIC_ID"]);
  });

  it("tells the membership that another has its place, and ends", async () => {
    const { script, commits, log, at } = bench();
    script.script("OffsetCommit", answer(ErrorCode.FENCED_INSTANCE_ID));
    await expect(
      commits.commit([{ topic: "orders", partition: 0, offset: 3n }], { deadline: at(30_000) }),
    ).rejects.toMatchObject({ code: "FENCED_INSTANCE_ID" });
    expect(log).toEqual(["0 observed FENCED_INSTANCE_ID"]);
  });

  it("asks again, and the membership to join, while the coordinator is between two rounds", async () => {
    const { script, commits, partitions, log, at } = bench();
    done(partitions[0], 5n);
    script.script("OffsetCommit", answer(ErrorCode.REBALANCE_IN_PROGRESS), answer(0));
    const committing = commits.commitDue(at(30_000));
    await script.clock.advance(100);
    await committing;
    expect(log).toEqual(["0 observed REBALANCE_IN_PROGRESS", "0 retrying REBALANCE_IN_PROGRESS", "100 committed 0@5"]);
  });

  it("commits by itself what became done while a commit was on its way", async () => {
    const { script, commits, partitions, log } = bench();
    let answerFirst: (value: Record<string, unknown>) => void = () => undefined;
    const first = new Promise<Record<string, unknown>>((resolve) => (answerFirst = resolve));
    script.script("OffsetCommit", first, answer(0));
    done(partitions[0], 5n);
    commits.progressed();
    await script.clock.advance(1000);
    done(partitions[0], 6n);
    commits.progressed();
    answerFirst(answer(0));
    await script.clock.advance(60_000);
    expect(log).toEqual(["1000 committed 0@5", "2000 committed 0@6"]);
    expect(script.clock.armed).toBe(0);
  });

  it("commits by itself what a commit that failed in passing did not", async () => {
    const { script, commits, partitions, log } = bench();
    script.script("OffsetCommit", connectionClosed("gone"));
    done(partitions[0], 5n);
    commits.progressed();
    await script.clock.advance(40_000);
    script.script("OffsetCommit", answer(0));
    await script.clock.advance(10_000);
    expect(log.at(-1)).toMatch(/committed 0@5$/);
    expect(script.clock.armed).toBe(0);
  });

  it("gives a commit of the application half of the time for closing, and the last one the rest", async () => {
    const { script, commits, partitions, log, at } = bench();
    script.script("OffsetCommit", "never", answer(0));
    done(partitions[0], 5n);
    const byHand = commits
      .commit([{ topic: "orders", partition: 0, offset: 3n }], { deadline: at(60_000) })
      .catch((error: unknown) => error);
    await script.clock.advance(10);
    const closed = commits.close(at(1010));
    await script.clock.advance(2000);
    await closed;
    expect(await byHand).toMatchObject({ code: "CLIENT_CLOSED" });
    expect(log).toEqual(["510 committed 0@5"]);
  });

  it("ends closing at its deadline when the coordinator does not answer", async () => {
    const { script, commits, partitions, at } = bench();
    script.script("OffsetCommit", "never");
    done(partitions[0], 5n);
    const closed = commits.close(at(1000)).catch((error: unknown) => error);
    await script.clock.advance(999);
    await script.clock.advance(2);
    expect(await closed).toMatchObject({ code: "CLIENT_REQUEST_TIMEOUT", groupId: "billing" });
  });
});

import { ErrorCode } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { batch } from "../../test-support/reading-bench.js";
import { ScriptedCoordinator } from "../../test-support/scripted-coordinator.js";
import { standingMember } from "../../test-support/standing-member.js";
import { resolveConsumerOptions, type ConsumerOptions } from "../options.js";
import { Assignment } from "../partitions/assignment.js";
import { endOfRecords } from "../partitions/partition-buffer.js";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import type { CommitOffset } from "./committable.js";
import { Positioning } from "./positioning.js";
import { TransactionalOffsets } from "./transactional-offsets.js";

interface Bench {
  readonly script: ScriptedCoordinator;
  readonly offsets: TransactionalOffsets;
  readonly assignment: Assignment;
  /** Two partitions: reading began at offset 10 in both. */
  readonly partitions: readonly [AssignedPartition, AssignedPartition];
  readonly log: string[];
  readonly endRound: () => void;
  readonly beginRound: () => void;
}

const name = { clientId: "test", clientInstance: 1, groupId: "billing" };

function bench(options: Partial<ConsumerOptions> = {}): Bench {
  const script = new ScriptedCoordinator();
  const { membership, endRound, beginRound } = standingMember();
  const log: string[] = [];
  const assignment = new Assignment({});
  const [first, second] = assignment.add([
    { topic: "orders", partition: 0 },
    { topic: "orders", partition: 1 },
  ]);
  const partitions = [first!, second!] as const;
  for (const partition of partitions) partition.found(10n, 2);
  const positioning = new Positioning({
    cluster: script,
    coordinator: script.coordinator,
    startFrom: "latest",
    onDataLoss: "reset",
    isolationLevel: "read_committed",
    ready: () => undefined,
    lost: () => false,
    failed: ({ code }) => void log.push(`failed ${code}`),
    retrying: ({ operation, error }) => void log.push(`retrying ${operation} ${error.code}`),
  });
  const offsets = new TransactionalOffsets({
    options: resolveConsumerOptions({ groupId: "billing", autoCommit: false, ...options }),
    membership,
    assignment,
    tell: (event, make) => void log.push(`${event} ${JSON.stringify(make(name))}`),
    rewound: (moved) => positioning.find(moved.filter(({ isReady }) => !isReady)),
  });
  return { script, offsets, assignment, partitions, log, endRound, beginRound };
}

/** Three messages from the position on are handed out, and three more lie fetched. */
function handOut(partition: AssignedPartition): void {
  const base = Number(partition.position);
  const records = Buffer.concat([batch({ baseOffset: base }), batch({ baseOffset: base + 3 })]);
  partition.received(records, endOfRecords(records) ?? { nextOffset: 0n, leaderEpoch: -1 });
  const read = partition.nextBatch();
  partition.ledger.take({ from: BigInt(base), to: BigInt(base + 3), batches: read === undefined ? [] : [read] }, 4);
}

const upTo = (offset: bigint, partition = 0): CommitOffset => ({ topic: "orders", partition, offset });

function kept(committedOffset: bigint, errorCode = 0): Record<string, unknown> {
  const partitions = [{ partitionIndex: 0, errorCode, committedOffset, committedLeaderEpoch: 7 }];
  return { groups: [{ groupId: "billing", errorCode: 0, topics: [{ name: "orders", partitions }] }] };
}

describe("offsets in a transaction", () => {
  it("say who the member is, and change nothing by themselves", () => {
    const { offsets, partitions, log } = bench();
    const [partition] = partitions;
    handOut(partition);
    const given = offsets.offsetsInTransaction([upTo(13n), { ...upTo(10n, 1), metadata: "why" }]);
    const group = { groupId: "billing", memberId: "m", generationId: 3, groupInstanceId: "static" };
    expect(given.group).toEqual(group);
    expect(offsets.groupMetadata()).toEqual(group);
    expect(given.offsets).toEqual([
      { ...upTo(13n), leaderEpoch: -1, metadata: "" },
      { ...upTo(10n, 1), leaderEpoch: -1, metadata: "why" },
    ]);
    expect([partition.done, partition.position, log]).toEqual([10n, 13n, []]);
  });

  it("count as committed with the transaction: nothing of them is due or handed out again", async () => {
    const { offsets, partitions, log } = bench();
    const [partition] = partitions;
    handOut(partition);
    const given = offsets.offsetsInTransaction([upTo(13n)]);
    await given.settle("committed");
    expect([partition.done, partition.due, partition.position]).toEqual([13n, undefined, 13n]);
    partition.giveBack();
    expect([partition.position, partition.nextBatch()?.baseOffset]).toEqual([13n, 13n]);
    expect(log).toEqual([expect.stringMatching(/^committed .*"offset":"13"/)]);
  });

  it("go back to where reading began, or to what was committed since, with a transaction that was aborted", async () => {
    const { offsets, partitions } = bench();
    const [partition, other] = partitions;
    handOut(partition);
    handOut(other);
    const holding = partition.ledger.take({ from: 13n, to: 14n, batches: [] }, 4);
    await offsets.offsetsInTransaction([upTo(14n)]).settle("aborted");
    expect([partition.position, partition.fetchOffset, partition.buffer.bytes, holding.state]).toEqual([
      10n,
      10n,
      0,
      "void",
    ]);
    expect(other.position).toBe(13n);

    handOut(partition);
    await offsets.offsetsInTransaction([upTo(12n)]).settle("committed");
    await offsets.offsetsInTransaction([upTo(13n)]).settle("aborted");
    expect([partition.position, partition.done, partition.due]).toEqual([12n, 12n, undefined]);
  });

  it("are refused when an abort has taken them back, until the loop has handed out as much again", async () => {
    const { offsets, partitions } = bench();
    const [partition] = partitions;
    const refused = expect.objectContaining({ code: "CLIENT_TAKEN_BACK", topic: "orders", partition: 0, offset: 13n });
    handOut(partition);
    const { stay } = partition;
    const given = offsets.offsetsInTransaction([upTo(13n)]);
    expect(partition.tookBack(stay)).toBe(false);
    await given.settle("aborted");
    expect([partition.tookBack(stay), partition.stay === stay]).toEqual([true, false]);
    expect(() => offsets.offsetsInTransaction([upTo(13n)])).toThrow(refused);
    // What was never handed out is stepped over on purpose.
    expect(offsets.offsetsInTransaction([upTo(14n)]).offsets).toHaveLength(1);

    partition.ledger.complete(partition.ledger.take({ from: 10n, to: 11n, batches: [] }, 4));
    await offsets.offsetsInTransaction([upTo(11n)]).settle("committed");
    expect(() => offsets.offsetsInTransaction([upTo(13n)])).toThrow(refused);
    partition.ledger.take({ from: 11n, to: 13n, batches: [] }, 4);
    expect(offsets.offsetsInTransaction([upTo(13n)]).offsets).toHaveLength(1);

    partition.seek(10n);
    expect(offsets.offsetsInTransaction([upTo(13n)]).offsets).toHaveLength(1);
  });

  it.each([
    ["was committed after all", 13n],
    ["was not", 10n],
  ])(
    "are refused while it is not known what became of their transaction, and when it %s",
    async (_what, atCoordinator) => {
      const { script, offsets, partitions } = bench();
      const [partition] = partitions;
      handOut(partition);
      const { stay } = partition;
      script.script("OffsetFetch", kept(atCoordinator));
      await offsets.offsetsInTransaction([upTo(13n)]).settle("unknown");
      const refused = expect.objectContaining({ code: "CLIENT_TAKEN_BACK" });
      expect(() => offsets.offsetsInTransaction([upTo(13n)])).toThrow(refused);
      await script.clock.advance(2000);
      expect([partition.position, partition.tookBack(stay)]).toEqual([atCoordinator, true]);
      expect(() => offsets.offsetsInTransaction([upTo(13n)])).toThrow(refused);
    },
  );

  it("take reading back in all partitions to what was committed last, but for one that asks where it stands", async () => {
    const { offsets, partitions } = bench();
    const [partition, other] = partitions;
    handOut(partition);
    handOut(other);
    await offsets.offsetsInTransaction([upTo(12n)]).settle("committed");
    const holding = partition.ledger.take({ from: 13n, to: 14n, batches: [] }, 4);
    offsets.takeBack();
    expect(partitions.map(({ position, done, buffer }) => [position, done, buffer.bytes])).toEqual([
      [12n, 12n, 0],
      [10n, 10n, 0],
    ]);
    expect(holding.state).toBe("void");

    handOut(other);
    await offsets.offsetsInTransaction([upTo(13n, 1)]).settle("unknown");
    offsets.takeBack();
    expect(partitions.map(({ positioning }) => positioning.name)).toEqual(["ready", "inDoubt"]);
  });

  it("are settled once, and not where reading was moved or the partition given up meanwhile", async () => {
    const { offsets, partitions, assignment } = bench();
    const [partition, other] = partitions;
    handOut(partition);
    handOut(other);
    const given = offsets.offsetsInTransaction([upTo(13n), upTo(13n, 1)]);
    partition.seek(50n);
    assignment.remove([other]);
    await given.settle("aborted");
    expect([partition.position, other.isLive]).toEqual([50n, false]);

    handOut(partition);
    const once = offsets.offsetsInTransaction([upTo(53n)]);
    await once.settle("committed");
    await once.settle("aborted");
    expect(partition.position).toBe(53n);
  });

  it.each([
    ["was committed after all", 13n, 13n],
    ["was not", 10n, 10n],
    ["was not, and the group had no offset before", -1n, 10n],
  ])("of a transaction in doubt are asked for: it %s", async (_what, atCoordinator, position) => {
    const { script, offsets, partitions, log } = bench();
    const [partition] = partitions;
    handOut(partition);
    script.script("OffsetFetch", kept(0n, ErrorCode.UNSTABLE_OFFSET_COMMIT), kept(atCoordinator));
    // Two calls in one transaction: the coordinator keeps the later, or neither.
    const both = [offsets.offsetsInTransaction([upTo(12n)]), offsets.offsetsInTransaction([upTo(13n)])];
    await Promise.all(both.map((each) => each.settle("unknown")));
    expect([partition.isReady, partition.isFetchable, partition.buffer.bytes]).toEqual([false, false, 0]);
    await script.clock.advance(2000);
    expect([partition.isReady, partition.position]).toEqual([true, position]);
    expect(log).toEqual(["retrying position UNSTABLE_OFFSET_COMMIT"]);
    expect(script.requests.every(({ body }) => Reflect.get(body, "requireStable") === true)).toBe(true);
  });

  it("go back to where the application sought to, not to what the group had before", async () => {
    const { script, offsets, partitions } = bench();
    const [partition] = partitions;
    partition.seek(100n);
    handOut(partition);
    script.script("OffsetFetch", kept(10n));
    await offsets.offsetsInTransaction([upTo(103n)]).settle("unknown");
    await script.clock.advance(1);
    expect(partition.position).toBe(100n);
  });

  it("outlive rounds of the group, and go as who the member is when they go", async () => {
    const { offsets, partitions, endRound, beginRound } = bench();
    const { signal } = new AbortController();
    handOut(partitions[0]);
    const { member, ownershipEnded, group } = offsets.offsetsInTransaction([upTo(13n)]);
    expect([group, await member?.(undefined, signal)].map((each) => each?.generationId)).toEqual([3, 3]);
    endRound();
    // The coordinator has refused the member as it was: the answer of the next round is waited for.
    const refused = member?.(group, signal);
    expect(offsets.offsetsInTransaction([upTo(13n)]).group).toEqual(group);
    beginRound();
    expect(await refused).toMatchObject({ generationId: 4, memberId: "m" });
    expect(ownershipEnded.aborted).toBe(false);
  });

  it("end with the stay of any of their partitions", () => {
    const { offsets, partitions, assignment } = bench();
    for (const partition of partitions) handOut(partition);
    const { ownershipEnded: signal } = offsets.offsetsInTransaction([upTo(13n), upTo(13n, 1)]);
    expect(signal.aborted).toBe(false);
    assignment.remove([{ topic: "orders", partition: 1 }]);
    expect(signal.reason).toMatchObject({ code: "CLIENT_NOT_ASSIGNED", topic: "orders", partition: 1 });
  });

  it("are refused between two rounds to whoever owns nothing, and so is who the member is", () => {
    const { offsets, assignment, endRound } = bench();
    endRound();
    assignment.clear();
    for (const call of [() => offsets.offsetsInTransaction([]), () => offsets.groupMetadata()])
      expect(call).toThrow(expect.objectContaining({ code: "CLIENT_NOT_ASSIGNED" }));
  });

  it("that are none are refused in the name of the call that the application has made", () => {
    expect(() => bench().offsets.offsetsInTransaction(null as never)).toThrow(/^sendOffsets: /);
  });

  it("are refused for a consumer that commits by itself, with what to do, and for partitions of others", () => {
    expect(() => bench({ autoCommit: true }).offsets.offsetsInTransaction([upTo(13n)])).toThrow(
      expect.objectContaining({
        code: "CLIENT_INVALID_STATE",
        message: expect.stringContaining("autoCommit: false"),
        groupId: "billing",
      }),
    );
    const { offsets } = bench();
    expect(() => offsets.offsetsInTransaction([upTo(1n, 5)])).toThrow(
      expect.objectContaining({ code: "CLIENT_NOT_ASSIGNED", partition: 5 }),
    );
  });
});

import { connectionClosed } from "@moldau/connection-pool";
import { ErrorCode, kafkaError, Uuid } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { ScriptedCoordinator } from "../../test-support/scripted-coordinator.js";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import { Assignment } from "../partitions/assignment.js";
import type { StartFrom } from "../partitions/offset-target.js";
import { Positioning } from "./positioning.js";

interface Bench {
  readonly script: ScriptedCoordinator;
  readonly positioning: Positioning;
  readonly partitions: readonly AssignedPartition[];
  readonly log: string[];
  /** Where reading begins in each partition, and whether that is due for commit; undefined while it is not known. */
  readonly found: () => (string | undefined)[];
}

/** Partition 0 is led by broker 1, partition 1 by broker 2; the group has committed nothing. */
function bench(startFrom: StartFrom = "latest"): Bench {
  const script = new ScriptedCoordinator();
  script.leaders.set(1, 2);
  script.script("OffsetFetch", committed([-1n, 0], [-1n, 0]));
  script.script("ListOffsets 1", listed(0, 10n));
  script.script("ListOffsets 2", listed(1, 20n));
  const log: string[] = [];
  const startedAt = script.clock.monotonic();
  const note = (what: string): void => void log.push(`${script.clock.monotonic() - startedAt} ${what}`);
  const positioning = new Positioning({
    cluster: script,
    coordinator: script.coordinator,
    startFrom,
    onDataLoss: "reset",
    isolationLevel: "read_committed",
    ready: () => undefined,
    lost: (partition, loss) => positioning.recover(partition, loss),
    failed: ({ code, message }) => note(`failed ${code} ${/orders-\d/.exec(message)?.[0]}`),
    retrying: ({ operation, error }) => note(`retrying ${operation} ${error.code}`),
  });
  const partitions = new Assignment({}).add([
    { topic: "orders", partition: 0 },
    { topic: "orders", partition: 1 },
  ]);
  const found = (): (string | undefined)[] =>
    partitions.map(({ isReady, position, due }) =>
      isReady ? `${position}${due === undefined ? "" : " due"}` : undefined,
    );
  return { script, positioning, partitions, log, found };
}

function committed(...offsets: readonly (readonly [offset: bigint, errorCode: number])[]): Record<string, unknown> {
  const partitions = offsets.map(([committedOffset, errorCode], partitionIndex) => ({
    partitionIndex,
    errorCode,
    committedOffset,
    committedLeaderEpoch: -1,
  }));
  return { groups: [{ groupId: "billing", errorCode: 0, topics: [{ name: "orders", partitions }] }] };
}

function listed(partitionIndex: number, offset: bigint, errorCode = 0): Record<string, unknown> {
  return { topics: [{ name: "orders", partitions: [{ partitionIndex, errorCode, offset }] }] };
}

describe("finding positions on virtual time", () => {
  it("begins where the group committed, and else where startFrom says, which is due for commit at once", async () => {
    const { script, positioning, partitions, found } = bench();
    script.script("OffsetFetch", committed([7n, 0], [-1n, 0]));
    positioning.find(partitions);
    await script.clock.advance(1);
    expect(found()).toEqual(["7", "20 due"]);
  });

  it("has what one leader knows while another one does not answer, and asks that one again elsewhere when it is led elsewhere", async () => {
    const { script, positioning, partitions, log, found } = bench();
    script.script("ListOffsets 1", connectionClosed("refused"));
    positioning.find(partitions);
    await script.clock.advance(1);
    expect(found()).toEqual([undefined, "20 due"]);
    expect([script.times("ListOffsets 1").length, script.refreshed]).toEqual([1, 1]);
    script.leaders.set(0, 2);
    script.script("ListOffsets 2", listed(0, 10n));
    await script.clock.advance(100);
    expect(found()).toEqual(["10 due", "20 due"]);
    expect(script.times("ListOffsets 1")).toHaveLength(1);
    expect(log).toEqual(["0 retrying position CLIENT_CONNECTION_CLOSED"]);
  });

  it("looks for a leader where there is none, with growing waits", async () => {
    const { script, positioning, partitions, found } = bench();
    script.leaders.set(0, -1);
    positioning.find(partitions);
    await script.clock.advance(350);
    expect(found()).toEqual([undefined, "20 due"]);
    expect(script.refreshed).toBe(3);
    script.leaders.set(0, 1);
    await script.clock.advance(400);
    expect(found()).toEqual(["10 due", "20 due"]);
  });

  it("gives up only what cannot be found out for good, tells it once, and takes it on again when asked to", async () => {
    const { script, positioning, partitions, log, found } = bench();
    script.script("ListOffsets 1", listed(0, -1n, ErrorCode.TOPIC_AUTHORIZATION_FAILED));
    positioning.find(partitions);
    await script.clock.advance(60_000);
    expect(found()).toEqual([undefined, "20 due"]);
    expect(log).toEqual(["0 failed TOPIC_AUTHORIZATION_FAILED orders-0"]);
    script.script("ListOffsets 1", listed(0, 10n));
    positioning.find(partitions);
    await script.clock.advance(1);
    expect(found()).toEqual(["10 due", "20 due"]);
  });

  it("asks the coordinator again for the partitions that it could not tell", async () => {
    const { script, positioning, partitions, found } = bench();
    script.script(
      "OffsetFetch",
      committed([7n, 0], [-1n, ErrorCode.UNSTABLE_OFFSET_COMMIT]),
      committed([0n, 0], [9n, 0]),
    );
    positioning.find(partitions);
    await script.clock.advance(1);
    expect(found()).toEqual(["7", undefined]);
    await script.clock.advance(100);
    expect(found()).toEqual(["7", "9"]);
  });

  it("has nowhere to begin with startFrom none", async () => {
    const { script, positioning, partitions, log, found } = bench("none");
    script.script("OffsetFetch", committed([7n, 0], [-1n, 0]));
    positioning.find(partitions);
    await script.clock.advance(1);
    expect(found()).toEqual(["7", undefined]);
    expect(log).toEqual(["0 failed CLIENT_NO_OFFSET orders-1"]);
  });

  it("ends for good when it is stopped", async () => {
    const { script, positioning, partitions, found } = bench();
    script.script("OffsetFetch", "never");
    positioning.find(partitions);
    await script.clock.advance(1);
    positioning.stop();
    positioning.find(partitions);
    await script.clock.advance(60_000);
    expect(found()).toEqual([undefined, undefined]);
    expect([script.requests.length, script.clock.armed]).toEqual([1, 0]);
  });
});

describe("asking a new leader whether it has what was read, on virtual time", () => {
  /** Partition 0 was read up to offset 10 under epoch 4, and is led by broker 1 under epoch 5 now. */
  function doubted(startFrom: StartFrom = "latest"): Bench & { readonly partition: AssignedPartition } {
    const made = bench(startFrom);
    const [partition] = made.partitions;
    if (partition === undefined) throw new Error("there is no partition");
    partition.lineage.ledBy({ node: 1, epoch: 5, topicId: Uuid.zero });
    partition.found(10n, 4);
    return { ...made, partition };
  }

  function ended(endOffset: bigint, leaderEpoch = 4, errorCode = 0): Record<string, unknown> {
    return { topics: [{ topic: "orders", partitions: [{ partition: 0, errorCode, leaderEpoch, endOffset }] }] };
  }

  it("lets reading go on when the epoch ends at or behind what was read", async () => {
    const { script, positioning, partition, log } = doubted();
    script.script("OffsetForLeaderEpoch 1", ended(10n));
    expect(partition.isFetchable).toBe(false);
    positioning.find([partition]);
    await script.clock.advance(1);
    expect([partition.isFetchable, partition.position, log]).toEqual([true, 10n, []]);
    expect(script.requests.at(-1)?.body["topics"]).toEqual([
      { topic: "orders", partitions: [{ partition: 0, currentLeaderEpoch: 5, leaderEpoch: 4 }] },
    ]);
  });

  it("goes back to where the logs part, which is due for commit", async () => {
    const { script, positioning, partition, found } = doubted();
    script.script("OffsetForLeaderEpoch 1", ended(7n));
    positioning.find([partition]);
    await script.clock.advance(1);
    expect([partition.isFetchable, found()[0]]).toEqual([true, "7 due"]);
  });

  it("begins where startFrom says when the leader knows of no such epoch", async () => {
    const { script, positioning, partition, found } = doubted();
    script.script("OffsetForLeaderEpoch 1", ended(-1n, -1));
    positioning.find([partition]);
    await script.clock.advance(1);
    expect(found()[0]).toBe("10 due");
    expect(script.times("ListOffsets 1")).toHaveLength(1);
  });

  it("tells of the loss, once for each time that it is asked, where nobody said where to go on, and changes nothing", async () => {
    const { script, positioning, partition, log, found } = doubted("none");
    script.script("OffsetForLeaderEpoch 1", ended(7n));
    for (let times = 0; times < 2; times++) {
      positioning.find([partition]);
      await script.clock.advance(60_000);
    }
    expect(log.map((line) => line.replace(/^\d+ /, ""))).toEqual([
      "failed CLIENT_LOG_TRUNCATED orders-0",
      "failed CLIENT_LOG_TRUNCATED orders-0",
    ]);
    expect([partition.isFetchable, found()[0]]).toEqual([false, "10"]);
  });

  it.each([ErrorCode.FENCED_LEADER_EPOCH, ErrorCode.UNKNOWN_LEADER_EPOCH, ErrorCode.NOT_LEADER_OR_FOLLOWER])(
    "asks whoever leads by then when the broker answers with error %i",
    async (errorCode) => {
      const { script, positioning, partition } = doubted();
      script.script("OffsetForLeaderEpoch 1", ended(-1n, -1, errorCode));
      script.script("OffsetForLeaderEpoch 2", ended(12n));
      positioning.find([partition]);
      await script.clock.advance(1);
      expect([partition.isFetchable, script.refreshed]).toEqual([false, 1]);
      partition.lineage.ledBy({ node: 2, epoch: 6, topicId: Uuid.zero });
      await script.clock.advance(100);
      expect([partition.isFetchable, partition.position]).toEqual([true, 10n]);
    },
  );

  it("takes no answer for the leader that came meanwhile", async () => {
    const { script, positioning, partition } = doubted();
    let answer: (body: Record<string, unknown>) => void = () => undefined;
    script.script("OffsetForLeaderEpoch 1", new Promise((resolve) => (answer = resolve)));
    script.script("OffsetForLeaderEpoch 2", ended(12n));
    positioning.find([partition]);
    await script.clock.advance(1);
    partition.lineage.ledBy({ node: 2, epoch: 6, topicId: Uuid.zero });
    answer(ended(3n));
    await script.clock.advance(1);
    expect([partition.isFetchable, partition.position, script.times("OffsetForLeaderEpoch 2").length]).toEqual([
      true,
      10n,
      1,
    ]);
  });

  it("goes on where the broker is too old to tell", async () => {
    const { script, positioning, partition } = doubted();
    script.script("OffsetForLeaderEpoch 1", kafkaError(ErrorCode.UNSUPPORTED_VERSION));
    positioning.find([partition]);
    await script.clock.advance(1);
    expect([partition.isFetchable, partition.position]).toEqual([true, 10n]);
  });
});

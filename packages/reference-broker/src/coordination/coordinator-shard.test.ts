import { ErrorCode, writeBatch } from "@moldau/protocol-codec";
import fc from "fast-check";
import { VirtualClock } from "moldau-testing";
import { expect, test } from "vitest";
import { MemoryGroupLog } from "../../testing/memory-group-log.js";
import { CoordinatorShard, type ShardContents } from "./coordinator-shard.js";

interface Entry {
  readonly key: string;
  readonly amount: number;
}

/** The least that is worth a log: a balance for each key. */
function balances(): { readonly state: Map<string, number>; readonly contents: ShardContents<Entry> } {
  const state = new Map<string, number>();
  const apply = ({ key, amount }: Entry): void => void state.set(key, (state.get(key) ?? 0) + amount);
  const encode = (records: readonly Entry[], timestamp: number): Buffer =>
    writeBatch(
      {},
      records.map(({ key, amount }) => ({ timestamp, key, value: String(amount) })),
    );
  const replayed = {
    record: ({ key, value }: { readonly key: Buffer | null; readonly value: Buffer | null }): void =>
      apply({ key: String(key), amount: Number(value) }),
    marker: (): void => undefined,
  };
  return { state, contents: { encode, apply, replayed } };
}

function shardOver(log: MemoryGroupLog) {
  const { state, contents } = balances();
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const shard = new CoordinatorShard(
    { name: "balances-0", log, leaderEpoch: 1, clock: new VirtualClock(), onError },
    contents,
  );
  return { shard, state, errors };
}

const step = fc.record({
  key: fc.constantFrom("a", "b", "c"),
  amount: fc.integer({ min: 1, max: 9 }),
  isRefused: fc.boolean(),
});

test("a replay of the log gives what the live run gave, whatever the log refused in between", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const log = new MemoryGroupLog();
      const live = shardOver(log);
      await live.shard.load(() => undefined);
      for (const { isRefused, ...entry } of steps) {
        log.failWith = isRefused ? ErrorCode.KAFKA_STORAGE_ERROR : undefined;
        const before = new Map(live.state);
        const done = live.shard.inTurn(() => live.shard.append([entry]));
        if (!isRefused) await done;
        else {
          await expect(done).rejects.toMatchObject({ errorCode: ErrorCode.NOT_COORDINATOR });
          expect(live.state).toEqual(before);
        }
      }
      const again = shardOver(log);
      await again.shard.load(() => undefined);
      expect(again.state).toEqual(live.state);
    }),
    { numRuns: 60, seed: 5 },
  );
});

test("operations take their turns, one after the other, however long each takes", async () => {
  const { shard } = shardOver(new MemoryGroupLog());
  await shard.load(() => undefined);
  const order: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    order.push(`${name} begins`);
    await Promise.resolve();
    order.push(`${name} ends`);
  };
  await Promise.all([shard.inTurn(work("first")), shard.inTurn(work("second"))]);
  expect(order).toEqual(["first begins", "first ends", "second begins", "second ends"]);
});

test("a shard that loads makes nobody wait: it says so at once", async () => {
  const log = new MemoryGroupLog();
  log.appendRaw(Buffer.from("a"), Buffer.from("1"));
  let open: () => void = () => undefined;
  log.gate = new Promise((resolve) => (open = resolve));
  const { shard, state } = shardOver(log);
  const loading = shard.load(() => undefined);
  await expect(shard.inTurn(() => undefined)).rejects.toMatchObject({
    errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  });
  open();
  await loading;
  expect(state).toEqual(new Map([["a", 1]]));
  await expect(shard.inTurn(() => "served")).resolves.toBe("served");
});

test("a log that cannot be read leaves a shard that serves nobody, and is reported", async () => {
  const log = new MemoryGroupLog();
  log.appendRaw(Buffer.from("a"), Buffer.from("1"));
  log.logStartOffset = 0n;
  log.gate = Promise.reject(new Error("the disk is gone"));
  const { shard, errors } = shardOver(log);
  await shard.load(() => expect.unreachable());
  expect(errors).toEqual([
    expect.objectContaining({
      message: "balances-0 cannot be read, so nothing that it is about is served: the disk is gone",
    }),
  ]);
  expect(() => shard.assertActive()).toThrow(expect.objectContaining({ errorCode: ErrorCode.NOT_COORDINATOR }));
});

test("what waits for its turn when the shard is closed hears NOT_COORDINATOR, and what runs in the background is left", async () => {
  const { shard } = shardOver(new MemoryGroupLog());
  await shard.load(() => undefined);
  let finish: () => void = () => undefined;
  const busy = shard.inTurn(() => new Promise<void>((resolve) => (finish = resolve)));
  const waiting = shard.inTurn(() => expect.unreachable());
  shard.inBackground(() => expect.unreachable());
  let farewells = 0;
  const closing = shard.close(() => void (farewells += 1));
  finish();
  await busy;
  await expect(waiting).rejects.toMatchObject({ errorCode: ErrorCode.NOT_COORDINATOR });
  await closing;
  expect(farewells).toBe(1);
});

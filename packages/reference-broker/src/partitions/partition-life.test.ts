import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Uuid } from "@moldau/protocol-codec";
import { defaultLogConfig } from "../log/log-config.js";
import { PartitionLog } from "../log/log.js";
import { MemoryStorage } from "../storage/memory.js";
import { systemClock } from "@moldau/platform";
import { transition, type PartitionEvent, type PartitionLife } from "./partition-life.js";

const log = await PartitionLog.open({
  storage: new MemoryStorage(),
  dir: "orders-0",
  config: defaultLogConfig,
  clock: systemClock,
  topic: "orders",
  partition: 0,
  topicId: Uuid.metadataTopic,
});

const leadership = (leaderEpoch: number, isr: readonly number[] = [1]) => ({
  nodeId: 1,
  leaderEpoch,
  replicas: [1, 2],
  isr,
});

function after(...events: readonly PartitionEvent[]): PartitionLife {
  return events.reduce<PartitionLife>(transition, { state: "offline" });
}

test("a broker leads when its log is open, and not before", () => {
  expect(after({ type: "lead", leadership: leadership(3) })).toEqual({ state: "opening", leadership: leadership(3) });
  const led = after({ type: "lead", leadership: leadership(3) }, { type: "opened", log });
  expect(led).toMatchObject({ state: "leader", leadership: { leaderEpoch: 3 }, progress: { ends: new Map() } });
});

test("a later epoch begins with nothing known of the other replicas, an earlier one means nothing", () => {
  const told = after(
    { type: "lead", leadership: leadership(3, [1, 2]) },
    { type: "opened", log },
    { type: "replicaAt", nodeId: 2, end: 9n },
    { type: "replicaAt", nodeId: 7, end: 9n },
  );
  expect(told).toMatchObject({ progress: { ends: new Map([[2, 9n]]) } });
  expect(transition(told, { type: "lead", leadership: leadership(2) })).toBe(told);
  expect(transition(told, { type: "lead", leadership: leadership(4) })).toMatchObject({
    leadership: { leaderEpoch: 4 },
    progress: { ends: new Map() },
  });
  // The replicas in sync may change within an epoch; what was told stays.
  expect(transition(told, { type: "lead", leadership: leadership(3, [1]) })).toMatchObject({
    progress: { isr: [1], ends: new Map([[2, 9n]]) },
  });
});

const anyEvent: fc.Arbitrary<PartitionEvent> = fc.oneof(
  fc.record({ type: fc.constant("lead" as const), leadership: fc.nat(5).map((epoch) => leadership(epoch)) }),
  fc.constant<PartitionEvent>({ type: "opened", log }),
  fc.constantFrom<PartitionEvent>({ type: "failed" }, { type: "superseded" }, { type: "resign" }),
  fc.constant<PartitionEvent>({ type: "replicaAt", nodeId: 2, end: 1n }),
  fc.constant<PartitionEvent>({ type: "remove" }),
);

test("whatever happens in whatever order, records are taken only between opening and the end, in epochs that grow", () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 12 }), (events) => {
      let life: PartitionLife = { state: "offline" };
      for (const event of events) {
        const next = transition(life, event);
        reached.add(next.state);
        if (life.state === "removed") expect(next).toBe(life);
        if (next.state === "leader" && life.state !== "leader")
          expect([life.state, event.type]).toEqual(["opening", "opened"]);
        if (next.state === "leader" && life.state === "leader")
          expect(next.leadership.leaderEpoch).toBeGreaterThanOrEqual(life.leadership.leaderEpoch);
        if (event.type === "resign" && life.state !== "removed") expect(next).toEqual({ state: "offline" });
        life = next;
      }
    }),
    { numRuns: 500, seed: 11 },
  );
  expect([...reached].sort()).toEqual(["failed", "leader", "offline", "opening", "removed"]);
});

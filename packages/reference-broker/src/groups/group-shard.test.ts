import { ErrorCode } from "@moldau/protocol-codec";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GroupFixture } from "../../testing/group-fixture.js";
import { subscription } from "../../testing/group-machine.js";
import { MemoryGroupLog } from "../../testing/memory-group-log.js";
import { turns, VirtualClock } from "moldau-testing";
import { BrokerConfig } from "../cluster/broker-config.js";
import { groupMetadata } from "./classic/persisted.js";
import { replayGroupLog } from "./group-log.js";
import { groupSettings } from "./settings.js";
import { groupTidings } from "./group-tidings.js";
import { GroupShard } from "./group-shard.js";
import { GroupStore } from "./store.js";
import type { JoinAnswer } from "./classic/events.js";

/** A client of the random runs: what it was last told, and the requests of it that wait. */
interface Client {
  readonly instance: string | null;
  memberId: string;
  generationId: number;
  leads: boolean;
  waiting: number;
}

type Act =
  | {
      readonly kind: "join";
      readonly client: number;
      readonly forget: boolean;
      readonly topic: string;
      readonly version: number;
    }
  | { readonly kind: "sync" | "heartbeat" | "leave" | "commit"; readonly client: number };

type Action =
  | Act
  | { readonly kind: "simpleCommit" | "deleteGroup" | "deleteOffsets" | "deleteTopic" | "cooperate" }
  | { readonly kind: "transactionalCommit"; readonly producerId: bigint; readonly topic: string }
  | { readonly kind: "end"; readonly producerId: bigint; readonly isCommit: boolean }
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "refuse"; readonly refuses: boolean };

const client = fc.nat({ max: 4 });
const topic = fc.constantFrom("orders", "payments");
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("join" as const),
      client,
      forget: fc.boolean(),
      topic,
      version: fc.constantFrom(3, 4, 9),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("sync" as const, "heartbeat" as const, "commit" as const, "leave" as const),
      client,
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("cooperate" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("simpleCommit", "deleteGroup", "deleteOffsets", "deleteTopic"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("transactionalCommit" as const), producerId: fc.bigInt(1n, 3n), topic }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("end" as const), producerId: fc.bigInt(1n, 3n), isCommit: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(0, 0, 100, 9000, 15_000, 700_000) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("refuse" as const), refuses: fc.boolean() }) },
);

async function run(fixture: GroupFixture, clients: readonly Client[], step: Action): Promise<void> {
  if (step.kind === "pass") return fixture.clock.advance(step.ms);
  if (step.kind === "cooperate") return cooperate(fixture, clients);
  if (step.kind === "refuse") fixture.log.failWith = step.refuses ? ErrorCode.KAFKA_STORAGE_ERROR : undefined;
  else void act(fixture, clients, step).catch((error: unknown) => expect(error).toHaveProperty("errorCode"));
  await turns(3);
}

/** Three clients do what clients do: join, and fetch their assignment when they are let in. */
async function cooperate(fixture: GroupFixture, clients: readonly Client[]): Promise<void> {
  for (const kind of ["join", "join", "sync"] as const) {
    for (const number of [0, 1, 3]) {
      const step =
        kind === "join"
          ? { kind, client: number, forget: clients[number]?.generationId === -1, topic: "orders", version: 3 }
          : { kind, client: number };
      await run(fixture, clients, step);
    }
    await fixture.clock.advance(200);
  }
}

async function act(
  fixture: GroupFixture,
  clients: readonly Client[],
  step: Exclude<Action, { kind: "pass" | "refuse" | "cooperate" }>,
): Promise<void> {
  if ("client" in step) {
    const own = clients[step.client];
    if (own === undefined) return;
    own.waiting++;
    try {
      await actAs(fixture, own, step);
    } finally {
      own.waiting--;
    }
  } else if (step.kind === "transactionalCommit")
    await fixture.commitInTransaction("g", step.topic, 7n, { producerId: step.producerId });
  else if (step.kind === "end") await fixture.endTransaction(step.isCommit, { producerId: step.producerId });
  else if (step.kind === "deleteTopic") await fixture.coordinator.onTopicsDeleted(["payments"]);
  else if (step.kind === "simpleCommit") await fixture.commit("g", "payments", 1n);
  else if (step.kind === "deleteGroup") await fixture.coordinator.delete(["g"]);
  else
    await fixture.coordinator.deleteOffsets({
      groupId: "g",
      topics: [{ name: "payments", partitions: [{ partitionIndex: 0 }] }],
    });
}

async function actAs(fixture: GroupFixture, own: Client, step: Act): Promise<void> {
  const { memberId, generationId, instance: groupInstanceId } = own;
  if (step.kind === "join") {
    const protocols = [{ name: "range", metadata: subscription(step.topic) }];
    const request = {
      memberId: step.forget ? "" : memberId,
      groupInstanceId,
      protocols,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 12_000,
    };
    const answer: JoinAnswer = await fixture.join("g", request, step.version);
    if (answer.memberId !== "") own.memberId = answer.memberId;
    else own.generationId = -1;
    if (answer.errorCode === ErrorCode.UNKNOWN_MEMBER_ID)
      Object.assign(own, { memberId: "", generationId: -1, leads: false });
    if (answer.errorCode === 0)
      Object.assign(own, { generationId: answer.generationId, leads: answer.leader === answer.memberId });
  } else if (step.kind === "sync") {
    await fixture.sync(
      "g",
      { memberId, generationId, groupInstanceId },
      own.leads ? { [memberId]: `of ${generationId}` } : {},
    );
  } else if (step.kind === "heartbeat") {
    await fixture.heartbeat("g", { memberId, generationId, groupInstanceId });
  } else if (step.kind === "leave") {
    await fixture.coordinator.leave("g", [{ memberId, groupInstanceId }]);
  } else {
    await fixture.commit("g", "orders", BigInt(generationId), {
      memberId,
      generationIdOrMemberEpoch: generationId,
      groupInstanceId,
    });
  }
}

test("whatever happens, a shard that is built from the log alone knows what the running one knows", async () => {
  const seen = { stable: 0, generations: 0, pending: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 120 }), async (steps) => {
      const fixture = await GroupFixture.start({ "group.initial.rebalance.delay.ms": 50 });
      const clients = [null, null, null, "i1", "i2"].map((instance): Client => ({
        instance,
        memberId: "",
        generationId: -1,
        leads: false,
        waiting: 0,
      }));
      for (const step of steps) await run(fixture, clients, step);
      fixture.log.failWith = undefined;
      await turns();

      const rebuilt = new GroupStore();
      await replayGroupLog(fixture.log, rebuilt, new AbortController().signal);
      const found = fixture.coordinator.inspect("g", ({ store, live }) => {
        expect([...store.groupIds()]).toEqual([...rebuilt.groupIds()]);
        expect(store.metadata("g")).toEqual(rebuilt.metadata("g"));
        expect(store.offsets.ofGroup("g")).toEqual(rebuilt.offsets.ofGroup("g"));
        expect(pendingOf(store)).toEqual(pendingOf(rebuilt));
        if (store.offsets.hasPending("g")) seen.pending++;
        return live("g");
      });
      const group = found?.type === "classic" ? found.group : undefined;
      const written = rebuilt.metadata("g");
      if (group?.state === "Stable") seen.stable++;
      seen.generations += fixture.log.records.filter(
        (record) => record.kind === "group" && (record.value?.members.length ?? 0) > 1,
      ).length;
      if (group?.state === "Stable" || (group?.state === "Empty" && written !== null))
        expect(groupMetadata(group)).toEqual(written);

      await fixture.coordinator.close();
      await turns();
      expect(clients.map(({ waiting }) => waiting)).toEqual([0, 0, 0, 0, 0]);
      expect(fixture.clock.armed).toBe(0);
      expect(fixture.errors.filter((error) => !(error instanceof Error && "errorCode" in error))).toEqual([]);
    }),
    { numRuns: 150, seed: 3 },
  );
  // The runs are worth something only when they get somewhere.
  expect(seen.stable).toBeGreaterThan(10);
  expect(seen.generations).toBeGreaterThan(200);
  expect(seen.pending).toBeGreaterThan(20);
});

/** Whether a transaction holds any offset of the group, and for which topics. */
function pendingOf({ offsets }: GroupStore): readonly boolean[] {
  const held = ["orders", "payments"].map((name) => offsets.isPending({ groupId: "g", topic: name, partition: 0 }));
  return [offsets.hasPending("g"), ...held];
}

test("a shard that is closed while it loads stops reading and serves nobody", async () => {
  const log = new MemoryGroupLog();
  log.appendRaw(null, null);
  let open: () => void = () => undefined;
  log.gate = new Promise((resolve) => (open = resolve));
  const shard = new GroupShard({
    name: "__consumer_offsets-0",
    log,
    leaderEpoch: 1,
    settings: groupSettings(new BrokerConfig()),
    clock: new VirtualClock(),
    told: groupTidings(1, undefined),
    consumer: { rules: () => expect.unreachable(), newMemberId: () => "" },
    onError: () => expect.unreachable(),
  });
  const loading = shard.load();
  const closing = shard.close();
  open();
  await Promise.all([loading, closing]);
  expect(() => shard.read(() => undefined)).toThrow(expect.objectContaining({ errorCode: ErrorCode.NOT_COORDINATOR }));
});

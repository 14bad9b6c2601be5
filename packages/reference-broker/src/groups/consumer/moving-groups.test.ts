import fc from "fast-check";
import { turns } from "moldau-testing";
import { expect, test } from "vitest";
import { ClassicClient } from "../../../testing/classic-client.js";
import { ConsumerClient } from "../../../testing/consumer-clients.js";
import { GroupFixture } from "../../../testing/group-fixture.js";
import { replayGroupLog } from "../group-log.js";
import { GroupStore } from "../store.js";

type Step =
  | { readonly kind: "classic" | "consumer" | "classicLeaves" | "consumerLeaves"; readonly client: number }
  | { readonly kind: "pass" };

const client = fc.nat(2);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant("classic" as const), client }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("consumer" as const), client }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("classicLeaves" as const), client }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("consumerLeaves" as const), client }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pass" as const) }) },
);

interface Members {
  readonly classic: readonly ClassicClient[];
  readonly consumer: readonly ConsumerClient[];
}

test("however often a group changes its protocol, no partition has two readers, and in the end each has one", async () => {
  const seen = { upgrades: 0, downgrades: 0, mixed: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 20, maxLength: 60, size: "max" }), async (steps) => {
      const fixture = await GroupFixture.start({
        "group.consumer.max.session.timeout.ms": 1_000_000,
        "group.consumer.session.timeout.ms": 1_000_000,
      });
      const members: Members = {
        classic: [0, 1, 2].map(() => new ClassicClient(fixture)),
        consumer: [0, 1, 2].map((at) => new ConsumerClient(fixture, `c${at}`, null)),
      };
      let before = kindOf(fixture);
      for (const step of steps) {
        await run(fixture, members, step);
        expectOneReader(members);
        const kind = kindOf(fixture);
        if (before === "classic" && kind === "consumer") seen.upgrades++;
        if (before === "consumer" && kind === "classic") seen.downgrades++;
        if (members.classic.some(({ owned }) => owned.size > 0) && kind === "consumer") seen.mixed++;
        before = kind;
      }
      await converge(fixture, members);
      const rebuilt = new GroupStore();
      await replayGroupLog(fixture.log, rebuilt, new AbortController().signal);
      fixture.coordinator.inspect("g", ({ store }) => {
        expect(rebuilt.consumer("g")).toEqual(store.consumer("g"));
        expect(rebuilt.metadata("g")).toEqual(store.metadata("g"));
      });
      await fixture.coordinator.close();
      expect(fixture.clock.armed).toBe(0);
      expect(fixture.errors).toEqual([]);
    }),
    { numRuns: 60, seed: 5 },
  );
  // The runs are worth something only when they get somewhere.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
});

function kindOf(fixture: GroupFixture): "classic" | "consumer" | undefined {
  return fixture.coordinator.inspect("g", ({ live }) => live("g")?.type);
}

async function run(fixture: GroupFixture, { classic, consumer }: Members, step: Step): Promise<void> {
  if (step.kind === "pass") return fixture.clock.advance(1000);
  const [old, young] = [classic[step.client], consumer[step.client]];
  if (step.kind === "classic") old?.go();
  else if (step.kind === "classicLeaves") await old?.leave();
  else if (step.kind === "consumerLeaves") await young?.leave(false);
  else if (young !== undefined) {
    if (young.epoch < 1) await hearOfDowngrade(fixture, classic);
    await (young.epoch < 1 ? young.join() : young.beat());
  }
  await turns(6);
}

/**
 * A classic group that was one of the other protocol a moment ago has what its members were to have for what they have: in Apache Kafka too, one
 * that moves to and fro between two heartbeats of a member may give away what that member still reads.
 */
async function hearOfDowngrade(fixture: GroupFixture, classic: readonly ClassicClient[]): Promise<void> {
  if (kindOf(fixture) !== "classic") return;
  for (const each of classic) if (each.isThere) each.go();
  await turns(6);
}

/** Nobody is removed in these runs without hearing of it at once: what a member reads is its own. */
function expectOneReader({ classic, consumer }: Members): void {
  const all = [...classic, ...consumer].flatMap(({ owned }) => [...owned]);
  expect(new Set(all).size).toBe(all.length);
}

async function converge(fixture: GroupFixture, members: Members): Promise<void> {
  const classic = members.classic.filter(({ isThere }) => isThere);
  const consumer = members.consumer.filter(({ epoch }) => epoch > 0);
  for (let round = 0; round < 20; round++) {
    await fixture.clock.advance(2000);
    for (const each of classic) each.go();
    for (const each of consumer) await each.beat();
    await turns(6);
    expectOneReader(members);
  }
  if (classic.length + consumer.length === 0) return;
  const id = fixture.topics["orders"]?.toString() ?? "";
  const wanted = Array.from({ length: fixture.partitions }, (_, at) => `${id}/${at}`);
  expect([...classic, ...consumer].flatMap(({ owned }) => [...owned]).sort()).toEqual(wanted);
  expect(kindOf(fixture)).toBe(consumer.length > 0 ? "consumer" : "classic");
}

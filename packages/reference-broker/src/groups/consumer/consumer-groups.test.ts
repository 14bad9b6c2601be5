import { ErrorCode, Uuid } from "@moldau/protocol-codec";
import fc from "fast-check";
import { turns } from "moldau-testing";
import { expect, test } from "vitest";
import { ConsumerClient, type Wish } from "../../../testing/consumer-clients.js";
import { GroupFixture } from "../../../testing/group-fixture.js";
import { replayGroupLog } from "../group-log.js";
import { GroupStore } from "../store.js";
import type { ConsumerGroup, ConsumerMember } from "./state.js";

type Step =
  | { readonly kind: "join" | "crash" | "beat" | "lose"; readonly client: number }
  | { readonly kind: "leave"; readonly client: number; readonly forAWhile: boolean }
  | { readonly kind: "wish"; readonly client: number; readonly wish: Wish }
  | { readonly kind: "classic"; readonly join: boolean }
  | { readonly kind: "partitions"; readonly count: number }
  | { readonly kind: "topic" }
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "refuse"; readonly refuses: boolean };

const client = fc.nat(4);
const wish: fc.Arbitrary<Wish> = fc.constantFrom(
  { topics: ["orders"], pattern: null },
  { topics: ["orders", "payments"], pattern: null },
  { topics: ["later"], pattern: null },
  { topics: [], pattern: null },
  { topics: null, pattern: ".*" },
  { topics: null, pattern: "pay.*" },
);

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("join" as const), client }) },
  { weight: 14, arbitrary: fc.record({ kind: fc.constantFrom("beat", "beat", "beat", "lose"), client }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("crash" as const), client }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("leave" as const), client, forAWhile: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wish" as const), client, wish }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("classic" as const), join: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("partitions" as const), count: fc.integer({ min: 3, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("topic" as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(1, 1000, 11_000, 30_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("refuse" as const), refuses: fc.boolean() }) },
);

test("whatever happens to a group, a partition has one owner, epochs grow, and the members agree in the end", async () => {
  const seen = { members: 0, moved: 0, waits: 0, classic: 0, patterns: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 30, maxLength: 80, size: "max" }), async (steps) => {
      const fixture = await GroupFixture.start();
      const clients = [null, null, "i", "j", null].map((id, at) => new ConsumerClient(fixture, `c${at}`, id));
      let before = groupIn(fixture);
      for (const step of steps) {
        await run(fixture, clients, step);
        const group = groupIn(fixture);
        if (group !== undefined) check(group, before, clients);
        for (const { state, classic } of group?.members.values() ?? []) {
          seen.members++;
          if (state === "unrevokedPartitions") seen.moved++;
          if (state === "unreleasedPartitions") seen.waits++;
          if (classic !== null) seen.classic++;
        }
        seen.patterns += group?.patterns.size ?? 0;
        before = group;
      }
      fixture.log.failWith = undefined;
      await converge(fixture, clients);
      await expectReplayToAgree(fixture);
      await fixture.coordinator.close();
      expect(fixture.clock.armed).toBe(0);
      expect(fixture.errors.filter((error) => !(error instanceof Error && "errorCode" in error))).toEqual([]);
    }),
    { numRuns: 50, seed: 11 },
  );
  // The runs are worth something only when they get somewhere.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
});

function groupIn(fixture: GroupFixture): ConsumerGroup | undefined {
  return fixture.coordinator.inspect("g", ({ store }) => store.consumer("g"));
}

async function run(fixture: GroupFixture, clients: readonly ConsumerClient[], step: Step): Promise<void> {
  switch (step.kind) {
    case "pass":
      return fixture.clock.advance(step.ms);
    case "refuse":
      fixture.log.failWith = step.refuses ? ErrorCode.NOT_ENOUGH_REPLICAS : undefined;
      return;
    case "partitions":
      return fixture.changeTopics(() => (fixture.partitions = Math.max(step.count, fixture.partitions)), {
        anyNew: false,
      });
    case "topic":
      return fixture.changeTopics(() => {
        if (fixture.topics["later"] === undefined) fixture.topics["later"] = Uuid.parse("AAAAAAAAAAAAAAAAAAAADw");
        else delete fixture.topics["later"];
      });
    case "classic":
      await joinClassic(fixture, step.join);
      break;
    default:
      await act(clients[step.client], step);
  }
  await turns(3);
}

async function act(own: ConsumerClient | undefined, step: Extract<Step, { readonly client: number }>): Promise<void> {
  if (own === undefined) return;
  if (step.kind === "join") await own.join();
  else if (step.kind === "crash") own.crash();
  else if (step.kind === "leave") await own.leave(step.forAWhile);
  else if (step.kind === "wish") {
    own.wish = step.wish;
    await own.beat({ isChanged: true });
  } else await own.beat({ isLost: step.kind === "lose" });
}

/** A member of the classic protocol that comes, or the administrator that removes all of them. */
async function joinClassic(fixture: GroupFixture, joins: boolean): Promise<void> {
  const classic = [...(groupIn(fixture)?.members.values() ?? [])].filter((member) => member.classic !== null);
  const members = classic.map(({ memberId }) => ({ memberId, groupInstanceId: null }));
  // Into a group with members only: a classic group is another test's.
  if (joins && (groupIn(fixture)?.members.size ?? 0) > 0) await fixture.join("g", { sessionTimeoutMs: 10_000 });
  else if (!joins && members.length > 0) await fixture.coordinator.leave("g", members);
}

/** What has to hold at every moment. */
function check(group: ConsumerGroup, before: ConsumerGroup | undefined, clients: readonly ConsumerClient[]): void {
  const [owners, targets] = [new Map<string, string>(), new Map<string, string>()];
  for (const member of group.members.values())
    for (const partition of held(member)) {
      expect(owners.get(partition) ?? member.memberId).toBe(member.memberId);
      owners.set(partition, member.memberId);
    }
  for (const [memberId, target] of group.targets)
    for (const partition of namesOf(target)) {
      expect(targets.get(partition) ?? memberId).toBe(memberId);
      targets.set(partition, memberId);
    }
  expect(group.targetEpoch).toBeLessThanOrEqual(group.epoch);
  if (before !== undefined && before.members.size > 0) {
    expect(group.epoch).toBeGreaterThanOrEqual(before.epoch);
    for (const { memberId, epoch } of group.members.values())
      if (epoch >= 0) expect(epoch).toBeGreaterThanOrEqual(before.members.get(memberId)?.epoch ?? 0);
  }
  // What a member reads is its own in the coordinator's eyes, as long as the coordinator has not removed it.
  for (const { memberId, epoch, owned } of clients) {
    const member = group.members.get(memberId);
    if (epoch < 1 || member === undefined || member.epoch < epoch) continue;
    const own = held(member);
    for (const partition of owned) expect(own).toContain(partition);
  }
}

/** Nothing happens any more but heartbeats: the group becomes stable, and every partition that anybody reads has a reader. */
async function converge(fixture: GroupFixture, clients: readonly ConsumerClient[]): Promise<void> {
  // Long enough for whoever is gone without a word, and for patterns to be looked up once more.
  for (let round = 0; round < 30; round++) {
    await fixture.clock.advance(4000);
    for (const each of clients) {
      if (each.epoch < 1) await each.join();
      else await each.beat();
      await turns(3);
    }
  }
  const group = groupIn(fixture);
  if (group === undefined) return expect.unreachable("the members are in a group");
  expect(fixture.coordinator.describeConsumer(["g"])[0]?.groupState).toBe("Stable");
  expect([...group.members.keys()].sort()).toEqual(clients.map(({ memberId }) => memberId).sort());
  const read = new Set(clients.flatMap(({ wish: { topics, pattern } }) => topicsOf(fixture, topics, pattern)));
  const all = [...read].flatMap((id) => Array.from({ length: fixture.partitions }, (_, at) => `${id}/${at}`));
  expect(clients.flatMap(({ owned }) => [...owned]).sort()).toEqual(all.sort());
  for (const {
    memberId,
    owned,
    wish: { topics, pattern },
  } of clients) {
    const member = group.members.get(memberId);
    expect([...owned].sort()).toEqual(member === undefined ? [] : held(member).sort());
    const mine = topicsOf(fixture, topics, pattern);
    for (const partition of owned) expect(mine).toContain(partition.split("/")[0]);
  }
}

function topicsOf(fixture: GroupFixture, topics: readonly string[] | null, pattern: string | null): readonly string[] {
  const matches = new RegExp(`^${pattern ?? ""}$`);
  const names = topics ?? Object.keys(fixture.topics).filter((name) => matches.test(name));
  return names.flatMap((name) => fixture.topics[name]?.toString() ?? []);
}

async function expectReplayToAgree(fixture: GroupFixture): Promise<void> {
  const rebuilt = new GroupStore();
  await replayGroupLog(fixture.log, rebuilt, new AbortController().signal);
  fixture.coordinator.inspect("g", ({ store }) => {
    expect([...rebuilt.groupIds()]).toEqual([...store.groupIds()]);
    expect(rebuilt.consumer("g")).toEqual(store.consumer("g"));
  });
}

function held({ assigned, toRevoke }: ConsumerMember): string[] {
  return [...namesOf(assigned), ...namesOf(toRevoke)];
}

function namesOf(partitions: ReadonlyMap<string, { keys(): Iterable<number> }>): string[] {
  return [...partitions].flatMap(([topicId, numbers]) => Array.from(numbers.keys(), (each) => `${topicId}/${each}`));
}

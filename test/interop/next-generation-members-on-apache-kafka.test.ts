import { Admin } from "@moldau/admin";
import type { Consumer, ConsumerOptions } from "@moldau/consumer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { blockOneOfTwo } from "../support/blocked-member.js";
import { consumingFrom, type ConsumingClient } from "../support/consuming.js";
import { twoMembersComeAndGo } from "../support/transform-scenarios.js";

const missing = missingForApacheKafka();

/** The broker has its members heartbeat often, and gives up on them soon, so that tests need not wait. */
const properties = {
  "group.consumer.min.heartbeat.interval.ms": "50",
  "group.consumer.heartbeat.interval.ms": "100",
  "group.consumer.min.session.timeout.ms": "1000",
  "group.consumer.session.timeout.ms": "6000",
  "group.consumer.max.size": "4",
  "group.consumer.regex.refresh.interval.ms": "10000",
  "group.min.session.timeout.ms": "1000",
  "group.initial.rebalance.delay.ms": "0",
  "transaction.state.log.replication.factor": "1",
  "transaction.state.log.min.isr": "1",
};

const patient = { timeout: 30_000, interval: 20 };

describe.skipIf(missing !== undefined)(
  `Members of next-generation groups on Apache Kafka${missing === undefined ? "" : ` (left out: ${missing})`}`,
  { timeout: 90_000 },
  () => {
    let kafka: ApacheKafka;
    let run: ConsumingClient;

    beforeAll(async () => {
      kafka = await startApacheKafka({ properties });
      run = consumingFrom([kafka.bootstrapServers]);
    });

    afterAll(async () => {
      await run[Symbol.asyncDispose]();
      await kafka.close();
    });

    const createTopic = async (topic: string, partitions: number): Promise<void> => {
      const [result] = await new Admin(run.cluster).createTopics({ topics: [{ topic, partitions }] });
      if (result?.error !== undefined) throw result.error;
    };

    const common = (topic: string): Pick<ConsumerOptions, "groupId" | "topics" | "protocol"> => ({
      groupId: `readers of ${topic}`,
      topics: [topic],
      protocol: "consumer",
    });

    const member = (topic: string, options: Partial<ConsumerOptions> = {}): Member =>
      new Member(run.consumer({ ...common(topic), ...options }));

    test("members share the partitions; of those that stay nothing is revoked, and every message is read once", async () => {
      await createTopic("shared", 6);
      const first = member("shared");
      await expect.poll(() => first.owned, patient).toEqual([0, 1, 2, 3, 4, 5]);
      for (let partition = 0; partition < 6; partition++) await run.send("shared", partition, [`a${partition}`]);
      await expect.poll(() => first.read.length, patient).toBe(6);
      const second = member("shared");
      await expect.poll(() => [first.owned.length, second.owned.length], patient).toEqual([3, 3]);
      const third = member("shared");
      const all = [first, second, third];
      await expect.poll(() => all.map(({ owned }) => owned.length), patient).toEqual([2, 2, 2]);
      expect(all.flatMap(({ owned }) => owned).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
      for (let partition = 0; partition < 6; partition++) await run.send("shared", partition, [`b${partition}`]);
      await expect.poll(() => all.flatMap(({ read }) => read).length, patient).toBe(12);
      await third.close();
      await expect.poll(() => [first.owned.length, second.owned.length], patient).toEqual([3, 3]);
      for (const each of all) expect(each.faults).toEqual([]);
      // What was revoked was never among what stayed: the first one gave up four of six, and got one back that it did not have.
      expect(first.told.filter(([what]) => what === "revoked").flatMap(([, which]) => which)).toHaveLength(4);
      expect(all.flatMap(({ read }) => read).toSorted()).toEqual(
        ["a", "b"].flatMap((round) => [0, 1, 2, 3, 4, 5].map((partition) => `${round}${partition}`)),
      );
      await Promise.all([first.close(), second.close()]);
    });

    test("a static member that comes back has its partitions, and moves nobody's; a double of it is refused", async () => {
      await createTopic("static", 4);
      const name = { groupInstanceId: "one" };
      const [first, other] = [member("static", name), member("static")];
      await expect.poll(() => [first.owned.length, other.owned.length], patient).toEqual([2, 2]);
      const before = first.owned;
      const double = member("static", name);
      await expect.poll(() => double.faults, patient).toHaveLength(1);
      expect(double.faults).toMatchObject([
        { code: "UNRELEASED_INSTANCE_ID", message: expect.stringContaining('"one"') },
      ]);
      const told = other.told.length;
      await first.close();
      const back = member("static", name);
      await expect.poll(() => back.owned, patient).toEqual(before);
      expect(other.told).toHaveLength(told);
      await back.consumer.close({ leaveGroup: true });
      await expect.poll(() => other.owned, patient).toEqual([0, 1, 2, 3]);
      await other.close();
    });

    test("a member whose application is stuck leaves, so that others go on, and comes back with the next loop", async () => {
      await createTopic("stuck", 2);
      await run.send("stuck", 0, ["a"]);
      await run.send("stuck", 1, ["a"]);
      const first = run.consumer({ ...common("stuck"), maxPollIntervalMs: 1500 });
      const lost: number[] = [];
      first.on("lost", ({ partitions }) => void lost.push(...partitions.map(({ partition }) => partition)));
      let isOver = (): void => undefined;
      const reading = (async () => {
        for await (const _ of first) await new Promise<void>((resolve) => (isOver = resolve));
      })().catch((error: unknown) => error);
      await expect.poll(() => first.assignment().length, patient).toBe(2);
      const second = member("stuck");
      await expect.poll(() => second.owned, patient).toEqual([0, 1]);
      isOver();
      expect(await reading).toMatchObject({ code: "CLIENT_POLL_INTERVAL_EXCEEDED" });
      expect(lost.length).toBeGreaterThan(0);
      const again = new Member(first);
      await expect.poll(() => [again.owned.length, second.owned.length], patient).toEqual([1, 1]);
      await Promise.all([again.close(), second.close()]);
    });

    test("what the broker refuses is said once, with what to do", async () => {
      await createTopic("refused", 1);
      const unknown = member("refused", { remoteAssignor: "best" });
      await expect
        .poll(() => unknown.faults, patient)
        .toMatchObject([
          {
            code: "UNSUPPORTED_ASSIGNOR",
            message: expect.stringMatching(/remoteAssignor is "best".*"uniform" and "range"/),
          },
        ]);
      const members = Array.from({ length: 4 }, () => member("refused"));
      await expect.poll(() => members.filter(({ told }) => told.length > 0).length, patient).toBe(4);
      const tooMany = member("refused");
      await expect.poll(() => tooMany.faults, patient).toMatchObject([{ code: "GROUP_MAX_SIZE_REACHED" }]);
      await Promise.all(members.map((each) => each.close()));
    });

    test("commits of partitions that stay are kept, whatever the epoch does meanwhile", async () => {
      await createTopic("committed", 4);
      const first = run.consumer({ ...common("committed"), autoCommit: false });
      let done = 0;
      const reading = (async () => {
        for await (const message of first) {
          await first.commit(message);
          done++;
        }
      })();
      await expect.poll(() => first.assignment().length, patient).toBe(4);
      const writing = (async () => {
        for (let round = 0; round < 50; round++)
          for (let partition = 0; partition < 4; partition++) await run.send("committed", partition, [`${round}`]);
      })();
      const others: Member[] = [];
      for (let count = 0; count < 3; count++) {
        const other = member("committed");
        others.push(other);
        await expect.poll(() => other.owned.length, patient).toBe(2);
        await other.close();
        await expect.poll(() => first.assignment().length, patient).toBe(4);
      }
      await writing;
      await expect.poll(() => done + others.flatMap(({ read }) => read).length, patient).toBeGreaterThanOrEqual(200);
      await first.close();
      // No commit was refused: the loop came to its end.
      await reading;
      for (let partition = 0; partition < 4; partition++)
        expect(await run.committed({ topic: "committed", partition }, "readers of committed")).toBe(50n);
    });

    test("a pattern is matched by the broker, and topics that appear later are read", async () => {
      await createTopic("daily-1", 2);
      const reader = new Member(
        run.consumer({ groupId: "pattern", protocol: "consumer", topicPattern: "daily-[0-9]" }),
      );
      await expect.poll(() => reader.owned, patient).toEqual([0, 1]);
      await createTopic("daily-2", 1);
      await createTopic("daily-x", 1);
      await expect.poll(() => reader.owned, { ...patient, timeout: 60_000 }).toEqual([0, 0, 1]);
      await run.send("daily-2", 0, ["late"]);
      await expect.poll(() => reader.read, patient).toEqual(["late"]);
      await reader.close();
    });

    test("a transform counts every message once over members that come and go", async () => {
      const options = { protocol: "consumer" } as const;
      await twoMembersComeAndGo({ run, bootstrapServers: [kafka.bootstrapServers], name: "transformed", options });
    });

    test.each([
      ["classic", { sessionTimeoutMs: 2000, heartbeatIntervalMs: 200 }],
      ["consumer", { protocol: "consumer" }],
    ] as const)(
      "a loop that is blocked loses nothing under the protocol %s when a worker heartbeats",
      async (_, options) => {
        await createTopic("orders", 2);
        const blockMs = Number(process.env["BLOCK_SECONDS"] ?? 8) * 1000;
        const { others, printed } = await blockOneOfTwo(run, { ...options, heartbeat: "worker" }, { blockMs });
        expect(others).toEqual([]);
        expect(printed).toEqual(["read work", "breathes", "read end", "revoked 1"]);
        await new Admin(run.cluster).deleteTopics({ topics: ["orders"] });
      },
    );

    test("a consumer that finds out its protocol is a member of the next generation here, and says so", async () => {
      await createTopic("found", 1);
      const found = member("found", { protocol: "auto" });
      await expect.poll(() => found.owned, patient).toEqual([0]);
      const { groups } = await new Admin(run.cluster).listGroups({ types: ["consumer"] });
      expect(groups.map(({ group }) => group)).toContain("readers of found");
      await found.close();
    });
  },
);

describe.skipIf(missing !== undefined)("A cluster of Apache Kafka without groups of the next generation", () => {
  test("is found out by a consumer that is to, and refused with a sentence by one that needs them", async () => {
    await using kafka = await startApacheKafka({
      features: { "group.version": 0 },
      properties: { "group.initial.rebalance.delay.ms": "0" },
    });
    await using run = consumingFrom([kafka.bootstrapServers]);
    await new Admin(run.cluster).createTopics({ topics: [{ topic: "old", partitions: 2 }] });
    const options = { topics: ["old"], groupId: "old ones" };
    const needs = new Member(run.consumer({ ...options, protocol: "consumer" }));
    await expect
      .poll(() => needs.faults, patient)
      .toMatchObject([{ code: "UNSUPPORTED_VERSION", message: expect.stringContaining('use protocol: "classic"') }]);
    const found = new Member(run.consumer({ ...options, protocol: "auto" }));
    await expect.poll(() => found.owned, patient).toEqual([0, 1]);
    const { groups } = await new Admin(run.cluster).listGroups({ types: ["classic"] });
    expect(groups.map(({ group }) => group)).toContain("old ones");
    await found.close();
  });
});

/** A consumer that reads, and what it was told. */
class Member {
  readonly read: string[] = [];
  readonly told: (readonly [what: "assigned" | "revoked" | "lost", partitions: readonly number[]])[] = [];
  /** What its loop ended with, if that was an error. */
  readonly faults: unknown[] = [];
  readonly consumer: Consumer;
  readonly #reading: Promise<void>;

  constructor(consumer: Consumer) {
    this.consumer = consumer;
    for (const what of ["assigned", "revoked", "lost"] as const)
      consumer.on(what, ({ partitions }) => void this.told.push([what, partitions.map(({ partition }) => partition)]));
    this.#reading = this.#readAll();
  }

  get owned(): number[] {
    return this.consumer
      .assignment()
      .map(({ partition }) => partition)
      .toSorted((a, b) => a - b);
  }

  async close(): Promise<void> {
    await this.consumer.close();
    await this.#reading;
  }

  async #readAll(): Promise<void> {
    try {
      for await (const message of this.consumer) this.read.push(String(message.value));
    } catch (error) {
      this.faults.push(error);
    }
  }
}

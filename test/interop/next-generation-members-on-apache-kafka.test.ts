import { Admin } from "@moldau/admin";
import type { Consumer, ConsumerOptions } from "@moldau/consumer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { consumingFrom, type ConsumingClient } from "../support/consuming.js";

const missing = missingForApacheKafka();

/** The broker has its members heartbeat often, and gives up on them soon, so that tests need not wait. */
const properties = {
  "group.consumer.min.heartbeat.interval.ms": "50",
  "group.consumer.heartbeat.interval.ms": "100",
  "group.consumer.min.session.timeout.ms": "1000",
  "group.consumer.session.timeout.ms": "6000",
  "group.consumer.max.size": "4",
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

    const member = (topic: string, options: Partial<ConsumerOptions> = {}): Member => {
      const consumer = run.consumer({
        groupId: `readers of ${topic}`,
        topics: [topic],
        protocol: "consumer",
        ...options,
      });
      return new Member(consumer);
    };

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
  },
);

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

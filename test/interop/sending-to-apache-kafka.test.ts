import { Admin } from "@moldau/admin";
import type { Cluster } from "@moldau/connection-pool";
import { Producer, SendError, type ProducerOptions, type SentBatch } from "@moldau/producer";
import { Fetch, readBatches, type RecordBatch } from "@moldau/protocol-codec";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { closeAll, newCluster } from "../support/connecting.js";
import { CuttableConnector } from "../support/cuttable-connector.js";

const missing = missingForApacheKafka();

interface Started {
  readonly cluster: Cluster;
  readonly network: CuttableConnector;
  readonly producer: Producer;
}

interface Sent {
  readonly values: readonly string[];
  readonly outcome: Promise<readonly SentBatch[]>;
}

describe.skipIf(missing !== undefined)(
  `sending to Apache Kafka${missing === undefined ? "" : ` (left out: ${missing})`}`,
  () => {
    let kafka: ApacheKafka;

    beforeAll(async () => {
      kafka = await startApacheKafka();
    });

    afterEach(closeAll);
    afterAll(() => kafka.close());

    async function start(topic: string, producing: ProducerOptions): Promise<Started> {
      const network = new CuttableConnector();
      const options = { connector: network, connectionTimeoutMs: 10_000, requestTimeoutMs: 20_000 };
      const cluster = newCluster([kafka.bootstrapServers], options);
      await new Admin(cluster).createTopics({ topics: [{ topic, partitions: 1 }] });
      return { cluster, network, producer: new Producer(cluster, producing) };
    }

    /** For so many milliseconds, cuts the producer's connection whenever a request waits for its answer on it. */
    async function cutBeforeAnswers(network: CuttableConnector, ms: number): Promise<void> {
      for (const until = performance.now() + ms; performance.now() < until;) {
        network.cutProducing();
        await nextTurn();
      }
    }

    async function batchesIn(cluster: Cluster, topic: string): Promise<RecordBatch[]> {
      const batches: RecordBatch[] = [];
      for (let fetchOffset = 0n; ;) {
        const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }];
        const answer = await cluster.request(
          Fetch,
          { maxWaitMs: 100, maxBytes: 1 << 20, topics: [{ topic, partitions }] },
          { maxVersion: 12 },
        );
        const records = answer.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0);
        const found = [...readBatches(records)];
        const last = found.at(-1);
        if (last === undefined) return batches;
        batches.push(...found);
        fetchOffset = last.nextOffset;
      }
    }

    const valuesOf = (batches: readonly RecordBatch[]): string[] =>
      batches.flatMap((batch) => [...batch].map(({ value }) => String(value)));

    function send(producer: Producer, topic: string, sent: Sent[]): void {
      const values = Array.from({ length: 5 }, (_, index) => `${sent.length}.${index}`);
      const outcome = producer.send({ topic, messages: values.map((value) => ({ value })) });
      outcome.catch(() => undefined);
      sent.push({ values, outcome });
    }

    const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

    for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"] as const) {
      test(`what is sent with ${compression} is in the log`, async () => {
        const topic = `sent-${compression}`;
        const { cluster, producer } = await start(topic, { compression });
        const messages = Array.from({ length: 500 }, (_, index) => ({
          key: `key-${index}`,
          value: index === 7 ? null : `value ${index}`,
          headers: { trace: `t${index}` },
        }));
        const sent = await producer.send({ topic, messages });
        expect(sent).toMatchObject([{ topic, partition: 0, baseOffset: 0n, count: 500, logStartOffset: 0n }]);
        const [batch] = await batchesIn(cluster, topic);
        expect(batch?.compression).toBe(compression);
        const records = batch ? [...batch] : [];
        expect(records.map(({ key, value }) => [String(key), value && String(value)])).toEqual(
          messages.map(({ key, value }) => [key, value]),
        );
        await producer.close();
      });
    }

    test("acks 0 and 1 arrive too", async () => {
      const { cluster, producer } = await start("acked", {});
      expect(await producer.send({ topic: "acked", messages: [{ value: "a" }], acks: 1 })).toMatchObject([
        { baseOffset: 0n },
      ]);
      expect(await producer.send({ topic: "acked", messages: [{ value: "b" }], acks: 0 })).toMatchObject([
        { count: 1 },
      ]);
      await expect.poll(async () => valuesOf(await batchesIn(cluster, "acked"))).toEqual(["a", "b"]);
      await producer.close();
    });

    test("a batch that is too large for the topic is split", async () => {
      const { cluster, producer } = await start("narrow", { batchSize: 500_000 });
      const admin = new Admin(cluster);
      await admin.createTopics({
        topics: [{ topic: "narrower", partitions: 1, configs: { "max.message.bytes": 5000 } }],
      });
      const values = Array.from({ length: 40 }, (_, index) => String(index).padStart(1000, "."));
      await producer.send({ topic: "narrower", messages: values.map((value) => ({ value })) });
      expect(valuesOf(await batchesIn(cluster, "narrower"))).toEqual(values);
      await producer.close();
    });

    test("connections that break at any moment cost no message, make no duplicate and change no order", async () => {
      const { cluster, network, producer } = await start("broken", { batchSize: 300 });
      const sent: Sent[] = [];
      for (let round = 0; round < 300; round++) {
        send(producer, "broken", sent);
        if (round % 20 === 10) network.cut();
        await pause(1);
      }
      await Promise.all(sent.map(({ outcome }) => outcome));
      expect(valuesOf(await batchesIn(cluster, "broken"))).toEqual(sent.flatMap(({ values }) => values));
      await producer.close();
    });

    test("after batches that were given up a new epoch goes on, in order, once, and outcomes were true", async () => {
      const { cluster, network, producer } = await start("given-up", { batchSize: 300, deliveryTimeoutMs: 150 });
      const sent: Sent[] = [];
      let isDoubtful = false;
      // When a connection is cut is chance: it goes on until a batch was given up that may have been written.
      for (let round = 0; round < 300 || (!isDoubtful && round < 5_000); round++) {
        send(producer, "given-up", sent);
        sent.at(-1)?.outcome.catch((error: unknown) => {
          isDoubtful ||= error instanceof SendError && error.failed.some(({ written }) => written === "maybe");
        });
        // For longer than a delivery may take, no answer gets through.
        if (round % 100 > 20) await cutBeforeAnswers(network, 3);
        else await pause(3);
      }
      await producer.flush();
      await producer.send({ topic: "given-up", messages: [{ value: "last" }] });
      const batches = await batchesIn(cluster, "given-up");
      const log = valuesOf(batches);
      const order = sent.flatMap(({ values }) => values);
      expect(new Set(log).size).toBe(log.length);
      expect(log.at(-1)).toBe("last");
      expect(log.slice(0, -1)).toEqual(order.filter((value) => log.includes(value)));
      const outcomes = await Promise.allSettled(sent.map(({ outcome }) => outcome));
      const doubts = outcomes.flatMap((outcome, call) => {
        const error: unknown = outcome.status === "rejected" ? outcome.reason : undefined;
        const { delivered, failed } = error instanceof SendError ? error : { delivered: sentOf(outcome), failed: [] };
        for (const { indexes } of delivered)
          for (const index of indexes) expect(log).toContain(sent[call]?.values[index]);
        for (const { indexes, written } of failed) {
          if (written === "no") for (const index of indexes) expect(log).not.toContain(sent[call]?.values[index]);
        }
        return failed.filter(({ written }) => written === "maybe");
      });
      expect(doubts.length).toBeGreaterThan(0);
      expect(batches.at(-1)?.producerEpoch).toBeGreaterThan(0);
      await producer.close();
    });
  },
);

function sentOf(outcome: PromiseSettledResult<readonly SentBatch[]>): readonly SentBatch[] {
  return outcome.status === "fulfilled" ? outcome.value : [];
}

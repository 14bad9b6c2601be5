import { Admin } from "@moldau/admin";
import { Consumer } from "@moldau/consumer";
import type { Cluster, RequestEvent } from "@moldau/connection-pool";
import { Producer, TransactionError, type ProducerOptions } from "@moldau/producer";
import { OffsetFetch } from "@moldau/protocol-codec";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { closeAll, newCluster } from "../support/connecting.js";
import { CuttableConnector } from "../support/cuttable-connector.js";
import { triedLevels } from "../support/transaction-levels.js";

const theEnd = "the end";
const missing = missingForApacheKafka();
const title = missing === undefined ? "" : ` (left out: ${missing})`;

/** The levels of `transaction.version`: 2 is KIP-890's second part, the others are the protocol before it. */
describe.skipIf(missing !== undefined).each(triedLevels)(
  `transactions on Apache Kafka at level %i${title}`,
  (level) => {
    let kafka: ApacheKafka;
    let names = 0;

    beforeAll(async () => {
      kafka = await startApacheKafka({
        features: { "transaction.version": level },
        properties: { "transaction.abort.timed.out.transaction.cleanup.interval.ms": "100" },
      });
    });

    afterEach(closeAll);
    afterAll(() => kafka.close());

    async function newTopic(partitions = 2): Promise<string> {
      const topic = `level-${level}-${++names}`;
      await new Admin(cluster()).createTopics({ topics: [{ topic, partitions }] });
      return topic;
    }

    const cluster = (): Cluster => newCluster([kafka.bootstrapServers]);

    function newProducer(transactionalId: string, options: ProducerOptions = {}): Producer {
      return new Producer(cluster(), { transactionalId, ...options });
    }

    /** What a reader of committed messages finds in a topic. */
    async function committed(topic: string): Promise<string[]> {
      const values: string[] = [];
      const consumer = new Consumer(cluster(), {
        groupId: `reader-${++names}`,
        topics: [topic],
        startFrom: "earliest",
      });
      let ends = 0;
      for await (const { value } of consumer) {
        if (String(value) !== theEnd) values.push(String(value));
        else if (++ends === 2) break;
      }
      await consumer.close();
      return values.toSorted();
    }

    /** Where a group stands, once no transaction has to decide over that any more. */
    async function committedOffset(groupId: string, topic: string): Promise<bigint | undefined> {
      const ask = { groups: [{ groupId, topics: [{ name: topic, partitionIndexes: [0] }] }], requireStable: true };
      for (;;) {
        const lookUp = cluster();
        const node = await lookUp.coordinator("group", groupId);
        const answer = await lookUp.request(OffsetFetch, ask, { node, maxVersion: 9 });
        const [partition] = answer.groups[0]?.topics[0]?.partitions ?? [];
        if (partition?.errorCode === 0) return partition.committedOffset;
        await pause(50);
      }
    }

    /** Plain messages behind everything in both partitions, by which a reader knows that it has come to the end. */
    async function mark(topic: string): Promise<void> {
      const producer = new Producer(cluster());
      await producer.send({ topic, messages: [0, 1].map((partition) => ({ partition, value: theEnd })) });
      await producer.close();
    }

    test("what is committed counts, what is aborted does not", async () => {
      const topic = await newTopic();
      const producer = newProducer(`commit-${level}`);
      for (let round = 0; round < 10; round++) {
        const messages = [0, 1].map((partition) => ({ partition, value: `${round}-${partition}` }));
        const turn = producer.transaction(async (tx) => {
          await tx.send({ topic, messages });
          if (round % 3 === 2) throw new Error("not this one");
          return round;
        });
        if (round % 3 === 2) await expect(turn).rejects.toThrow("not this one");
        else expect(await turn).toBe(round);
      }
      await producer.close();
      await mark(topic);
      const kept = [0, 1, 3, 4, 6, 7, 9].flatMap((round) => [`${round}-0`, `${round}-1`]);
      expect(await committed(topic)).toEqual(kept.toSorted());
    });

    test("Java's console consumer reads of ours what is committed, and nothing that was aborted or is open", async () => {
      const topic = await newTopic();
      const [producer, other] = [newProducer(`java-${level}`), newProducer(`java-other-${level}`)];
      for (const [value, isKept] of [
        ["first", true],
        ["aborted", false],
        ["second", true],
      ] as const) {
        const messages = [0, 1].map((partition) => ({ partition, value: `${value} ${partition}` }));
        const turn = producer.transaction(async (tx) => {
          await tx.send({ topic, messages });
          if (!isKept) throw new Error("not this one");
        });
        if (isKept) await turn;
        else await expect(turn).rejects.toThrow("not this one");
      }
      const open = await other.beginTransaction();
      await open.send({ topic, messages: [0, 1].map((partition) => ({ partition, value: "open" })) });
      const args = ["--bootstrap-server", kafka.bootstrapServers, "--topic", topic, "--from-beginning"];
      const committedOnly = ["--isolation-level", "read_committed", "--timeout-ms", "6000"];
      const consoleConsumer = "org.apache.kafka.tools.consumer.ConsoleConsumer";
      const { stdout } = await kafka.runTool(consoleConsumer, [...args, ...committedOnly]);
      expect(stdout.trim().split("\n").toSorted()).toEqual(["first 0", "first 1", "second 0", "second 1"]);
      await open.abort();
      await Promise.all([producer.close(), other.close()]);
    });

    test("a newer producer fences the older one for good, and what that had open is aborted", async () => {
      const topic = await newTopic();
      const [older, newer] = [newProducer(`zombie-${level}`), newProducer(`zombie-${level}`)];
      const open = await older.beginTransaction();
      await open.send({ topic, messages: [{ partition: 0, value: "of the older" }] });
      await newer.transaction((tx) => tx.send({ topic, messages: [{ partition: 0, value: "of the newer" }] }));
      const refusal: unknown = await open.commit().catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "PRODUCER_FENCED" });
      expect(await older.beginTransaction().catch((error: unknown) => error)).toBe(refusal);
      await newer.transaction((tx) => tx.send({ topic, messages: [{ partition: 0, value: "and goes on" }] }));
      await mark(topic);
      expect(await committed(topic)).toEqual(["and goes on", "of the newer"]);
      await Promise.all([older.close(), newer.close()]);
    });

    test("a transaction that is open for too long is aborted, and the producer goes on", async () => {
      const topic = await newTopic();
      const producer = newProducer(`late-${level}`, { transactionTimeoutMs: 1000 });
      const late = await producer.beginTransaction();
      await late.send({ topic, messages: [{ partition: 0, value: "too late" }] });
      await pause(2500);
      const refusal = await late.commit().catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "CLIENT_TRANSACTION_EXPIRED", outcome: "aborted" });
      await producer.transaction((tx) => tx.send({ topic, messages: [{ partition: 0, value: "in time" }] }));
      await mark(topic);
      expect(await committed(topic)).toEqual(["in time"]);
      await producer.close();
    });

    test("a transaction whose only message is refused is aborted, and the next ones are committed", async () => {
      const topic = await newTopic();
      const producer = newProducer(`refused-${level}`, { maxRequestSize: 2_000_000 });
      for (const value of ["a", "b"]) {
        const large = { topic, messages: [{ partition: 0, value: Buffer.alloc(1_500_000) }] };
        const refused = producer.transaction((tx) => void tx.send(large));
        await expect(refused).rejects.toMatchObject({ code: "MESSAGE_TOO_LARGE", outcome: "aborted" });
        await producer.transaction((tx) => tx.send({ topic, messages: [{ partition: 0, value }] }));
      }
      await producer.close();
      await mark(topic);
      expect(await committed(topic)).toEqual(["a", "b"]);
    });

    test("offsets count with the messages, or not at all", async () => {
      const topic = await newTopic();
      const groupId = `group-${++names}`;
      const producer = newProducer(`offsets-${level}`);
      const move = (offset: bigint) => ({ group: { groupId }, offsets: [{ topic, partition: 0, offset }] });
      await producer.transaction((tx) => tx.sendOffsets(move(7n)));
      const abort = producer.transaction(async (tx) => {
        await tx.sendOffsets(move(9n));
        await tx.send({ topic, messages: [{ partition: 0, value: "with offsets" }] });
        throw new Error("not these");
      });
      await expect(abort).rejects.toThrow("not these");
      expect(await committedOffset(groupId, topic)).toBe(7n);
      await producer.close();
    });

    test("whatever is cut off, a transaction is there as a whole or not at all, and once", async () => {
      const topic = await newTopic();
      const network = new CuttableConnector();
      const options = { connector: network, requestTimeoutMs: 5000, retry: { initialDelayMs: 20, maxDelayMs: 100 } };
      const producer = new Producer(newCluster([kafka.bootstrapServers], options), { transactionalId: `cut-${level}` });
      const scissors = new AbortController();
      const cutting = (async () => {
        for (let turn = 0; !scissors.signal.aborted; turn++) {
          await pause(5 + ((turn * 37) % 60));
          network.cut();
        }
      })();
      const outcomes = new Map<string, string>();
      for (let round = 0; round < 60; round++) {
        const value = `${round}`;
        const messages = [0, 1].map((partition) => ({ partition, value }));
        const outcome = await producer
          .transaction(async (tx) => {
            await tx.send({ topic, messages: messages.slice(0, 1) });
            await tx.send({ topic, messages: messages.slice(1) });
          })
          .then(
            () => "committed",
            (error: unknown) => (error instanceof TransactionError ? error.outcome : "aborted"),
          );
        outcomes.set(value, outcome);
      }
      scissors.abort();
      await cutting;
      await producer.close();
      await mark(topic);
      const found = await committed(topic);
      for (const [value, outcome] of outcomes) {
        const copies = found.filter((one) => one === value).length;
        if (outcome === "committed") expect(copies, value).toBe(2);
        else if (outcome === "aborted") expect(copies, value).toBe(0);
        else expect([0, 2], value).toContain(copies);
      }
      expect([...outcomes.values()].filter((outcome) => outcome === "committed").length).toBeGreaterThan(30);
    });
  },
);

describe.skipIf(missing !== undefined)(`transactions on an Apache Kafka that is upgraded meanwhile${title}`, () => {
  let kafka: ApacheKafka;

  beforeAll(async () => {
    kafka = await startApacheKafka({ features: { "transaction.version": 1 } });
  });

  afterEach(closeAll);
  afterAll(() => kafka.close());

  test("the next transaction goes by what the cluster has agreed on, as soon as a connection tells", async () => {
    const topic = "upgraded";
    const network = new CuttableConnector();
    const cluster = newCluster([kafka.bootstrapServers], { connector: network });
    await new Admin(cluster).createTopics({ topics: [{ topic, partitions: 1 }] });
    const producer = new Producer(cluster, { transactionalId: "upgraded" });
    const asked: string[] = [];
    const listen = (event: unknown): void => {
      const { apiName, apiVersion } = event as RequestEvent;
      if (["Produce", "AddPartitionsToTxn", "EndTxn"].includes(apiName)) asked.push(`${apiName} ${apiVersion}`);
    };
    subscribe("moldau:request", listen);
    const round = async (value: string): Promise<string[]> => {
      await producer.transaction((tx) => tx.send({ topic, messages: [{ value }] }));
      return asked.splice(0).toSorted();
    };
    const change = (direction: "upgrade" | "downgrade", level: number) => {
      const feature = ["--feature", `transaction.version=${level}`];
      const args = ["--bootstrap-server", kafka.bootstrapServers, direction, ...feature];
      return kafka.runTool("org.apache.kafka.tools.FeatureCommand", args);
    };
    const reconnect = async (): Promise<void> => {
      network.cut();
      await pause(200);
    };
    const [older, newer] = [
      ["AddPartitionsToTxn 3", "EndTxn 4", "Produce 11"],
      ["EndTxn 5", "Produce 13"],
    ];
    expect(await round("a")).toEqual(older);
    expect(await change("upgrade", 2)).toMatchObject({ code: 0 });
    expect(await round("b")).toEqual(older);
    await reconnect();
    expect(await round("c")).toEqual(newer);
    expect(await change("downgrade", 1)).toMatchObject({ code: 0 });
    expect(await round("d")).toEqual(newer);
    await reconnect();
    expect(await round("e")).toEqual(older);
    unsubscribe("moldau:request", listen);
    await producer.close();
  });
});

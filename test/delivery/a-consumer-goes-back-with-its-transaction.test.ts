import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { expect, it } from "vitest";

it.each(["Produce", "TxnOffsetCommit", "EndTxn"] as const)(
  "a loop that goes on after an aborted transaction loses nothing and repeats nothing, whichever request failed: %s",
  async (api) => {
    const broker = await startBroker({ topics: ["orders", "invoices"] });
    const kafka = new Kafka({ brokers: broker.bootstrapServers });
    const wanted = ["a", "b", "c"];
    await kafka.producer().send({ topic: "orders", messages: wanted.map((value) => ({ value })) });
    const consumer = kafka.consumer({
      groupId: "billing",
      topics: ["orders"],
      startFrom: "earliest",
      autoCommit: false,
    });
    const producer = kafka.producer({ transactionalId: "billing-1" });
    broker.intercept({ api, nth: 1 }, (request) => request.fail("TRANSACTION_ABORTABLE"));

    let refused = 0;
    for await (const message of consumer) {
      try {
        await producer.transaction(
          async (tx) => {
            await tx.send({ topic: "invoices", messages: [{ value: message.value }] });
            await tx.sendOffsets({ consumer, offsets: message });
          },
          { consumer },
        );
      } catch (error) {
        refused++;
        expect(error).toMatchObject({ name: "TransactionError", outcome: "aborted", retriable: true });
        continue;
      }
      if (message.value?.toString() === "c") break;
    }

    expect(refused).toBe(1);
    const seen: (string | undefined)[] = [];
    const audit = kafka.consumer({ groupId: "audit", topics: ["invoices"], startFrom: "earliest" });
    for await (const { value } of audit) if (seen.push(value?.toString()) === wanted.length) break;
    expect(seen).toEqual(wanted);
    await kafka.close();
    await broker.close();
  },
);

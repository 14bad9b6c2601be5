import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { expect, it } from "vitest";

async function shop() {
  const broker = await startBroker({ topics: ["orders", "invoices"] });
  const kafka = new Kafka({ brokers: broker.bootstrapServers });
  await kafka.producer().send({ topic: "orders", messages: [{ value: "apples" }] });
  const options = { groupId: "billing", topics: ["orders"], startFrom: "earliest", autoCommit: false } as const;
  return {
    kafka,
    consumer: kafka.consumer(options),
    producer: kafka.producer({ transactionalId: "billing-1", maxBlockMs: 500 }),
    invoices: () => broker.log("invoices", 0).records(),
    [Symbol.asyncDispose]: async () => {
      await kafka.close({ finish: false });
      await broker.close();
    },
  };
}

it("when everything is closed although its work hangs, and nothing of it counts", async () => {
  await using place = await shop();
  const { kafka, consumer, producer } = place;
  consumer.on("failed", () => undefined);
  const transform = new Promise<unknown>((resolve) => {
    consumer
      .transform({ producer, to: "invoices" }, () => {
        void kafka.close({ timeoutMs: 1000 }).catch(() => undefined);
        return new Promise(() => undefined);
      })
      .catch(resolve);
  });
  expect(await transform).toMatchObject({ code: "CLIENT_BODY_UNFINISHED" });
  expect(await place.invoices()).toEqual([]);
});

it("when its producer has a transaction open that does not end, and says so", async () => {
  await using place = await shop();
  const { consumer, producer } = place;
  const tx = await producer.beginTransaction();
  const transform = consumer.transform({ producer, to: "invoices" }, () => [{ value: "invoice" }]);
  await expect(transform).rejects.toMatchObject({
    code: "CLIENT_REQUEST_TIMEOUT",
    message: expect.stringContaining("while one from beginTransaction() is open"),
  });
  await tx.abort();
});

import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { expect, it, onTestFinished } from "vitest";

it("sends the headers of a received message on as they came, order and repetition included, and those of a Map", async () => {
  const broker = await startBroker({ topics: [{ topic: "in" }, { topic: "out" }] });
  onTestFinished(() => broker.close());
  const kafka = new Kafka({ brokers: broker.bootstrapServers });
  onTestFinished(() => kafka.close());
  const producer = kafka.producer();
  const headers = [
    ["b", "1"],
    ["a", null],
    ["b", Buffer.from([0xff])],
  ] as const;
  await producer.send({ topic: "in", messages: [{ value: "passed on", headers }] });
  const consumer = kafka.consumer({ groupId: "forwarding", topics: ["in"], startFrom: "earliest" });
  for await (const { value, headers: received } of consumer) {
    await producer.send({ topic: "out", messages: [{ value, headers: received }] });
    break;
  }
  await producer.send({ topic: "out", messages: [{ value: "a map", headers: new Map([["trace", "x"]]) }] });
  const [passedOn, ofMap] = await broker.log("out", 0).records();
  expect(passedOn?.headers).toEqual(headers.map(([name, value]) => [name, value === null ? null : Buffer.from(value)]));
  expect(ofMap?.headers).toEqual([["trace", Buffer.from("x")]]);
});

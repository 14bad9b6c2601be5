import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka, KafkaError } from "moldau";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let broker: ReferenceBroker;

beforeAll(async () => {
  broker = await startBroker();
});

afterAll(async () => {
  await broker.close();
});

describe("closing a Kafka", () => {
  test("sends what its producers hold, and closes what was made from it", async () => {
    const kafka = new Kafka({ brokers: broker.bootstrapServers });
    const producer = kafka.producer({ lingerMs: 60_000 });
    const sending = producer.send({ topic: "held", messages: [{ value: "a" }] });
    await kafka.close();
    expect(await sending).toMatchObject([{ topic: "held", count: 1 }]);
    await expect(producer.send({ topic: "held", messages: [{ value: "b" }] })).rejects.toMatchObject({
      code: "CLIENT_CLOSED",
    });
  });

  test("ends the loops of its consumers", async () => {
    const kafka = new Kafka({ brokers: broker.bootstrapServers });
    const consumer = kafka.consumer({ groupId: "ended", topics: ["held"] });
    await consumer.connect();
    const loop = (async () => {
      for await (const message of consumer) void message;
      return "ended";
    })();
    await kafka.close();
    expect(await loop).toBe("ended");
  });

  test("is the same when done twice, and nothing can be made afterwards", async () => {
    const kafka = new Kafka({ brokers: broker.bootstrapServers });
    await Promise.all([kafka.close(), kafka.close()]);
    expect(() => kafka.producer()).toThrow(KafkaError);
    expect(() => kafka.consumer({ groupId: "g", topics: ["t"] })).toThrow(/closed/);
    expect(() => kafka.admin()).toThrow(/closed/);
  });
});

describe("wrong options fail at the call, with a sentence that says what to write", () => {
  test.each([
    [{}, /brokers/],
    [{ brokers: [] }, /brokers/],
    [{ brokers: "localhost:9092" }, /brokers/],
    [{ brokers: ["localhost:9092"], brokrs: [] }, /brokrs/],
    [{ brokers: ["localhost:99999"] }, /99999/],
    [{ brokers: ["localhost:9092"], sasl: { mechanism: "plane", username: "u", password: "p" } }, /plane/],
  ])("new Kafka(%j)", (options, sentence) => {
    expect(() => new Kafka(options as never)).toThrow(sentence);
  });

  const kafka = new Kafka({ brokers: ["localhost:9092"] });

  test.each([
    [{ lingerMs: -1 }, /lingerMs/],
    [{ linger: 5 }, /linger/],
    [{ compression: "rar" }, /rar/],
    [{ acks: 2 }, /acks/],
  ])("kafka.producer(%j)", (options, sentence) => {
    expect(() => kafka.producer(options as never)).toThrow(sentence);
  });

  test.each([
    [{ topics: ["t"] }, /groupId/],
    [{ groupId: "g", topics: ["t"], startFrom: "middle" }, /startFrom/],
    [{ groupId: "g", topics: ["t"], fromBeginning: true }, /fromBeginning/],
  ])("kafka.consumer(%j)", (options, sentence) => {
    expect(() => kafka.consumer(options as never)).toThrow(sentence);
  });

  test.each([
    [{ messages: [{ value: "x" }] }, /topic/],
    [{ topic: "t", messages: [{ key: "k" }] }, /value/],
    [{ topic: "t", messages: [{ value: 5 }] }, /value/],
    [{ topic: "t" }, /messages/],
  ])("producer.send(%j)", async (call, sentence) => {
    await expect(kafka.producer().send(call as never)).rejects.toThrow(sentence);
  });
});

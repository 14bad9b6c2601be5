// Copied under several names and compiled under every module system that TypeScript knows, with the libraries' declarations checked too.
import { apis, encode, KafkaError } from "@moldau/protocol-codec";
import { decodeCoordinatorRecord } from "@moldau/protocol-codec/state";
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";

export async function program(): Promise<bigint[]> {
  const broker = await startBroker();
  const kafka = new Kafka({ clientId: "types", brokers: broker.bootstrapServers });
  const offsets: bigint[] = [];
  try {
    const producer = kafka.producer({ lingerMs: 5 });
    const sent = await producer.send({
      topic: "orders",
      messages: [{ key: "42", value: Buffer.from("paid"), headers: { trace: "abc" } }],
    });
    const partition: number | undefined = sent[0]?.partition;
    const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
    for await (const message of consumer) {
      const key: Buffer | null = message.key;
      if (key !== null && message.partition === partition) offsets.push(message.offset);
      break;
    }
  } catch (error) {
    if (error instanceof KafkaError) console.log(error.code.length, error.retriable === true);
    throw error;
  } finally {
    await kafka.close();
    await broker.close();
  }
  const names: string[] = apis.map((api) => api.name);
  console.log(names.length, decodeCoordinatorRecord("__consumer_offsets", { key: Buffer.alloc(2), value: null })?.name);
  return offsets;
}

// Had the packages no types, or their types no Buffer, these would be `any` and the next lines would be fine. They must not be.
// @ts-expect-error
export const wrongOption: Kafka = new Kafka({ brokers: 7 });
// @ts-expect-error
export const wrongBuffer: { notABuffer: true } = {} as ReturnType<typeof encode>;

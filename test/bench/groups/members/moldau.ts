import { Kafka, type ConsumerOptions } from "moldau";
import type { GroupClient, MemberToMake, Protocol } from "../group-client.js";

const optionsOf: Readonly<Record<Protocol, Partial<ConsumerOptions>>> = {
  eager: { assignors: ["range"] },
  cooperative: { assignors: ["cooperative-sticky"] },
  "next generation": { protocol: "consumer" },
};

/** One for all members of the process, as an application has it. */
let kafka: Kafka | undefined;

/** This project's client. */
export const moldau: GroupClient = {
  async join({ brokers, topic, group, protocol, read }: MemberToMake): Promise<void> {
    kafka ??= new Kafka({ clientId: "bench", brokers: [brokers] });
    const consumer = kafka.consumer({ groupId: group, topics: [topic], ...optionsOf[protocol] });
    for await (const { partition } of consumer) read(partition);
  },
};

import { Kafka, logLevel } from "kafkajs";
import type { GroupClient, MemberToMake } from "../group-client.js";

/** kafkajs 2.2.4. All of its assignors are eager. */
export const kafkajs: GroupClient = {
  async join({ brokers, topic, group, read }: MemberToMake): Promise<void> {
    const consumer = new Kafka({ clientId: "bench", brokers: [brokers], logLevel: logLevel.NOTHING }).consumer({
      groupId: group,
    });
    await consumer.connect();
    await consumer.subscribe({ topic });
    await consumer.run({ eachMessage: async ({ partition }) => read(partition) });
  },
};

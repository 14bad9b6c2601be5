import type { Consumer } from "platformatic-kafka-1";
import { newestPlatformatic } from "../../codec/platformatic-version.js";
import type { GroupClient, MemberToMake } from "../group-client.js";

/** What is used of @platformatic/kafka; both versions that are installed have it in the same shape. */
interface Library {
  readonly Consumer: typeof Consumer;
}

/** The newest @platformatic/kafka that runs on this Node. */
export const platformatic: GroupClient = {
  async join({ brokers, topic, group, protocol, read }: MemberToMake): Promise<void> {
    const library = (await newestPlatformatic().load()) as Library;
    const isNext = protocol === "next generation";
    const consumer = new library.Consumer({
      ...{ groupId: group, clientId: "bench", bootstrapBrokers: [brokers] },
      ...(isNext ? { groupProtocol: "consumer" as const } : {}),
    });
    // A commit of its own that meets a rebalance (ILLEGAL_GENERATION) ends its stream with an error: so it commits nothing here.
    const stream = await consumer.consume({
      ...{ topics: [topic], mode: "committed", fallbackMode: "latest", autocommit: false },
    });
    stream.on("data", ({ partition }) => read(partition));
  },
};

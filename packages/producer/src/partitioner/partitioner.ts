import type { TopicMetadata } from "@moldau/connection-pool";
import type { EncodedMessage } from "../accept/message.js";

/**
 * Chooses a message's partition: a number from 0 to `topic.partitions.length - 1`, or `undefined` for the choice that the
 * built-in partitioner makes among all partitions without looking at the key.
 *
 * Called once per message that does not name its partition, after serialization and before anything of the call is sent;
 * an error thrown here fails the whole call. `topic` is what the cluster's metadata said last.
 */
export type Partitioner = (message: EncodedMessage, topic: TopicMetadata) => number | undefined;

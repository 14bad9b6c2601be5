import type { OtherNames } from "@moldau/connection-pool";
import type { CompressionName } from "@moldau/protocol-codec";
import type { Acks } from "./batch/lane.js";

/** What stands for kafkajs's options of a producer here. */
export const producerNames: OtherNames = {
  createPartitioner: "is partitioner here, a function that gets a message and its topic and gives the partition",
  maxInFlightRequests: "is maxInFlight here",
  metadataMaxAge: "is metadataMaxAgeMs here, an option of Kafka",
  retry: "is an option of Kafka here; how long a message is tried for is deliveryTimeoutMs",
  timeout: "is deliveryTimeoutMs here",
  transactionTimeout: "is transactionTimeoutMs here",
};

/** What stands for kafkajs's options of a send here. */
export const sendNames: OtherNames = { timeout: "is timeoutMs here" };

/** What kafkajs's numbers for `acks` mean. */
export const acksMeanings: ReadonlyMap<unknown, Acks> = new Map([[-1, "all"]]);

/** What kafkajs's `CompressionTypes` mean, which are the protocol's numbers. */
export const compressionMeanings: ReadonlyMap<unknown, CompressionName> = new Map<unknown, CompressionName>([
  [0, "none"],
  [1, "gzip"],
  [2, "snappy"],
  [3, "lz4"],
  [4, "zstd"],
]);

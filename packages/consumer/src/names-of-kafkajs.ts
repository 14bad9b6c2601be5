import type { OtherNames } from "@moldau/connection-pool";

const byMessage = "is the body of a loop here: for await (const message of consumer) { … }";
const byBatch = "is the body of a loop here: for await (const batch of consumer.batches()) { … }";

/** What stands for kafkajs's options of `consumer`, `subscribe` and `run` here. Those that only lack their unit are found by being close. */
export const consumerNames: OtherNames = {
  autoCommitThreshold: "has no counterpart: commits go by time, autoCommitIntervalMs, or by consumer.commit()",
  eachBatch: byBatch,
  eachBatchAutoResolve: "has no counterpart: a batch is done when the loop asks for the next one",
  eachMessage: byMessage,
  fromBeginning: 'is startFrom: "earliest" here, an option of kafka.consumer',
  maxBytes: "is fetchMaxBytes here",
  maxBytesPerPartition: "is partitionMaxBytes here",
  maxInFlightRequests: "has no counterpart: each broker has one fetch under way",
  maxWaitTimeInMs: "is fetchMaxWaitMs here",
  metadataMaxAge: "is metadataMaxAgeMs here, an option of Kafka",
  minBytes: "is fetchMinBytes here",
  partitionAssigners: 'is assignors here, as in assignors: ["roundrobin"]',
  partitionsConsumedConcurrently:
    "has no counterpart: a loop takes one message or batch at a time; work on the messages of a batch side by side, or make more consumers",
  rackId: "is an option of Kafka here",
  readUncommitted: 'is isolationLevel: "read_uncommitted" here',
  retry: "is an option of Kafka here",
};

/** What stands for the object that kafkajs's `subscribe` takes. */
export const subscribeNames: OtherNames = {
  ...consumerNames,
  topic: 'goes into a list here: subscribe(["orders"]), or topics of kafka.consumer',
  topics: 'is the list itself here: subscribe(["orders"]), or topics of kafka.consumer',
};

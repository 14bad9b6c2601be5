import { api, array, bool, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of CreatePartitions. */
export const CreatePartitionsRequest = message("CreatePartitionsRequest", { versions: "0-3", flexible: "2+" }, () => ({
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string,
    /** The number of partitions that the topic shall have in the end. */
    count: int32,
    /** The brokers of each new partition, or null to let the cluster choose. */
    assignments: nullable(
      array({
        /** The brokers that hold a replica, the preferred leader first. */
        brokerIds: array(int32),
      }),
    ),
  }),
  /** For how long the broker may take. */
  timeoutMs: int32,
  /** Whether only to check and change nothing. */
  validateOnly: bool,
}));
export type CreatePartitionsRequest = Infer<typeof CreatePartitionsRequest>;
/** One topic of a request of CreatePartitions. */
export type CreatePartitionsRequestTopic = CreatePartitionsRequest["topics"][number];

/** The response of CreatePartitions. */
export const CreatePartitionsResponse = message(
  "CreatePartitionsResponse",
  { versions: "0-3", flexible: "2+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** The results, one for each item of the request. */
    results: array({
      /** The topic's name. */
      name: string,
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The broker's words on the error, or null. */
      errorMessage: nullable(string).default(null),
    }),
  }),
);
export type CreatePartitionsResponse = Infer<typeof CreatePartitionsResponse>;

/** Adds partitions to topics. */
export const CreatePartitions = api(37, "CreatePartitions", {
  request: CreatePartitionsRequest,
  response: CreatePartitionsResponse,
  throttleFrom: 1,
});

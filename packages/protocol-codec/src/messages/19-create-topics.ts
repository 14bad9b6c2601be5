import { api, array, bool, int16, int32, int8, message, nullable, string, uuid, type Infer } from "../schema/index.js";

/** The request of CreateTopics. */
export const CreateTopicsRequest = message("CreateTopicsRequest", { versions: "2-7", flexible: "5+" }, () => ({
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string,
    /** The number of partitions: -1 for the broker's default, or when assignments are given. */
    numPartitions: int32,
    /** The number of replicas: -1 for the broker's default, or when assignments are given. */
    replicationFactor: int16,
    /** The brokers of each partition; empty to let the cluster choose. */
    assignments: array({
      /** The partition's number. */
      partitionIndex: int32,
      /** The brokers that hold a replica, the preferred leader first. */
      brokerIds: array(int32),
    }),
    /** The configuration's keys and values. */
    configs: array({
      /** The configuration's key. */
      name: string,
      /** The value, or null. */
      value: nullable(string),
    }),
  }),
  /** For how long the broker may take. */
  timeoutMs: int32.default(60000),
  /** Whether only to check and change nothing. */
  validateOnly: bool.in("1+"),
}));
export type CreateTopicsRequest = Infer<typeof CreateTopicsRequest>;
/** One topic of a request of CreateTopics. */
export type CreateTopicsRequestTopic = CreateTopicsRequest["topics"][number];

/** The response of CreateTopics. */
export const CreateTopicsResponse = message("CreateTopicsResponse", { versions: "2-7", flexible: "5+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("2+").ignorable,
  /** The topics. */
  topics: array({
    /** The topic's name. */
    name: string,
    /** The topic's id. */
    topicId: uuid.in("7+").ignorable,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string).in("1+").ignorable,
    /** Why the topic's configuration is not given; 0 if it is. */
    topicConfigErrorCode: int16.in("5+").tag(0, "5+").ignorable,
    /** The number of partitions. */
    numPartitions: int32.in("5+").default(-1).ignorable,
    /** The number of replicas. */
    replicationFactor: int16.in("5+").default(-1).ignorable,
    /** The configuration's keys and values. */
    configs: nullable(
      array({
        /** The configuration's key. */
        name: string.in("5+"),
        /** The value, or null. */
        value: nullable(string).in("5+"),
        /** Whether the value cannot be changed. */
        readOnly: bool.in("5+"),
        /**
         * Where the value comes from: 1 topic, 2 broker dynamic, 3 default for brokers dynamic, 4 broker static, 5
         * default, 6 logger, 7 client metrics, 8 group.
         */
        configSource: int8.in("5+").default(-1).ignorable,
        /** Whether the value is a secret and therefore not given. */
        isSensitive: bool.in("5+"),
      }),
    ).in("5+").ignorable,
  }),
}));
export type CreateTopicsResponse = Infer<typeof CreateTopicsResponse>;
/** One topic of a response of CreateTopics. */
export type CreateTopicsResponseTopic = CreateTopicsResponse["topics"][number];

/** Creates topics, at the controller. */
export const CreateTopics = api(19, "CreateTopics", {
  request: CreateTopicsRequest,
  response: CreateTopicsResponse,
  throttleFrom: 3,
});

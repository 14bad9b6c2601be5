import { api, array, int16, int32, message, string, type Infer } from "../schema/index.js";

/** The request of AlterReplicaLogDirs. */
export const AlterReplicaLogDirsRequest = message(
  "AlterReplicaLogDirsRequest",
  { versions: "1-2", flexible: "2+" },
  () => ({
    /** The log directories to move replicas to. */
    dirs: array({
      /** The path of the log directory. */
      path: string,
      /** The topics. */
      topics: array({
        /** The topic's name. */
        name: string,
        /** The partitions. */
        partitions: array(int32),
      }),
    }),
  }),
);
export type AlterReplicaLogDirsRequest = Infer<typeof AlterReplicaLogDirsRequest>;

/** The response of AlterReplicaLogDirs. */
export const AlterReplicaLogDirsResponse = message(
  "AlterReplicaLogDirsResponse",
  { versions: "1-2", flexible: "2+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** The results, one for each item of the request. */
    results: array({
      /** The topic's name. */
      topicName: string,
      /** The partitions. */
      partitions: array({
        /** The partition's number. */
        partitionIndex: int32,
        /** Kafka's error code; 0 for none. */
        errorCode: int16,
      }),
    }),
  }),
);
export type AlterReplicaLogDirsResponse = Infer<typeof AlterReplicaLogDirsResponse>;

/** Moves replicas between the log directories of a broker. */
export const AlterReplicaLogDirs = api(34, "AlterReplicaLogDirs", {
  request: AlterReplicaLogDirsRequest,
  response: AlterReplicaLogDirsResponse,
  throttleFrom: 1,
});

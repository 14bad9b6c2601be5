import { api, array, int16, int32, message, string, type Infer } from "../schema/index.js";

export const AlterReplicaLogDirsRequest = message("AlterReplicaLogDirsRequest", { versions: "1-2", flexible: "2+" }, {
  dirs: array({
    path: string,
    topics: array({
      name: string,
      partitions: array(int32),
    }),
  }),
});
export type AlterReplicaLogDirsRequest = Infer<typeof AlterReplicaLogDirsRequest>;

export const AlterReplicaLogDirsResponse = message("AlterReplicaLogDirsResponse", { versions: "1-2", flexible: "2+" }, {
  throttleTimeMs: int32,
  results: array({
    topicName: string,
    partitions: array({
      partitionIndex: int32,
      errorCode: int16,
    }),
  }),
});
export type AlterReplicaLogDirsResponse = Infer<typeof AlterReplicaLogDirsResponse>;

/** API 34. */
export const AlterReplicaLogDirs = api(34, "AlterReplicaLogDirs", { request: AlterReplicaLogDirsRequest, response: AlterReplicaLogDirsResponse, throttleFrom: 1 });

import { array, bytes, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** What a member of a classic group is given, inside SyncGroup. */
export const ConsumerProtocolAssignment = message(
  "ConsumerProtocolAssignment",
  { versions: "0-3", flexible: "none" },
  () => ({
    /** The partitions that the member has. */
    assignedPartitions: array({
      /** The topic's name. */
      topic: string,
      /** The partitions. */
      partitions: array(int32),
    }),
    /** Bytes of the assignor's own, or null. */
    userData: nullable(bytes).default(null),
  }),
);
export type ConsumerProtocolAssignment = Infer<typeof ConsumerProtocolAssignment>;

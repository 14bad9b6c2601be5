import { array, bytes, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const ConsumerProtocolAssignment = message("ConsumerProtocolAssignment", { versions: "0-3", flexible: "none" }, {
  assignedPartitions: array({
    topic: string,
    partitions: array(int32),
  }),
  userData: nullable(bytes).default(null),
});
export type ConsumerProtocolAssignment = Infer<typeof ConsumerProtocolAssignment>;

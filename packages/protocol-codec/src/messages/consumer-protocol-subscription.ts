import { array, bytes, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const ConsumerProtocolSubscription = message("ConsumerProtocolSubscription", { versions: "0-3", flexible: "none" }, {
  topics: array(string),
  userData: nullable(bytes).default(null),
  ownedPartitions: array({
    topic: string.in("1+"),
    partitions: array(int32).in("1+"),
  }).in("1+").ignorable,
  generationId: int32.in("2+").default(-1).ignorable,
  rackId: nullable(string).in("3+").default(null).ignorable,
});
export type ConsumerProtocolSubscription = Infer<typeof ConsumerProtocolSubscription>;

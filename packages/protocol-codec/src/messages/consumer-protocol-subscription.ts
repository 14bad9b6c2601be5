import { array, bytes, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** What a member of a classic group says of itself, inside JoinGroup. */
export const ConsumerProtocolSubscription = message(
  "ConsumerProtocolSubscription",
  { versions: "0-3", flexible: "none" },
  () => ({
    /** The topics. */
    topics: array(string),
    /** Bytes of the assignor's own, or null. */
    userData: nullable(bytes).default(null),
    /** The partitions that the member has at the moment. */
    ownedPartitions: array({
      /** The topic's name. */
      topic: string.in("1+"),
      /** The partitions. */
      partitions: array(int32).in("1+"),
    }).in("1+").ignorable,
    /** The generation of the group in which the member is, -1 for none. */
    generationId: int32.in("2+").default(-1).ignorable,
    /** The rack of the member, or null. */
    rackId: nullable(string).in("3+").default(null).ignorable,
  }),
);
export type ConsumerProtocolSubscription = Infer<typeof ConsumerProtocolSubscription>;

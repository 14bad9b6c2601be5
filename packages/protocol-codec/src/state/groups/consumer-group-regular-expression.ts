import { array, int64, message, string, type Infer } from "../../schema/index.js";

/** The topics that an expression of a consumer group stands for: the key. */
export const ConsumerGroupRegularExpressionKey = message(
  "ConsumerGroupRegularExpressionKey",
  { versions: "0", flexible: "none", recordType: 16 },
  () => ({
    /** The group id. */
    groupId: string.in("0"),
    /** The expression, in the syntax of RE2/J. */
    regularExpression: string.in("0"),
  }),
);
export type ConsumerGroupRegularExpressionKey = Infer<typeof ConsumerGroupRegularExpressionKey>;

/** The topics that an expression of a consumer group stands for: the value. */
export const ConsumerGroupRegularExpressionValue = message(
  "ConsumerGroupRegularExpressionValue",
  { versions: "0", flexible: "0+", recordType: 16 },
  () => ({
    /** The topics. */
    topics: array(string),
    /** The offset of the metadata with which the expression was resolved. */
    version: int64,
    /** When the expression was resolved, in milliseconds since 1970. */
    timestamp: int64,
  }),
);
export type ConsumerGroupRegularExpressionValue = Infer<typeof ConsumerGroupRegularExpressionValue>;

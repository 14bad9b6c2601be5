import { array, int64, message, string, type Infer } from "../../schema/index.js";

export const ConsumerGroupRegularExpressionKey = message("ConsumerGroupRegularExpressionKey", { versions: "0", flexible: "none", recordType: 16 }, {
  groupId: string.in("0"),
  regularExpression: string.in("0"),
});
export type ConsumerGroupRegularExpressionKey = Infer<typeof ConsumerGroupRegularExpressionKey>;

export const ConsumerGroupRegularExpressionValue = message("ConsumerGroupRegularExpressionValue", { versions: "0", flexible: "0+", recordType: 16 }, {
  topics: array(string),
  version: int64,
  timestamp: int64,
});
export type ConsumerGroupRegularExpressionValue = Infer<typeof ConsumerGroupRegularExpressionValue>;

import { int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** What stands before every request. */
export const RequestHeader = message("RequestHeader", { versions: "1-2", flexible: "2+" }, () => ({
  /** The number of the API. */
  requestApiKey: int16,
  /** The version of the API. */
  requestApiVersion: int16,
  /** The number that ties a response to its request. */
  correlationId: int32,
  /** What the client calls itself, or null. */
  clientId: nullable(string).in("1+").inflexible,
}));
export type RequestHeader = Infer<typeof RequestHeader>;

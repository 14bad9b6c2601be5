import { int32, message, type Infer } from "../schema/index.js";

/** What stands before every response. */
export const ResponseHeader = message("ResponseHeader", { versions: "0-1", flexible: "1+" }, () => ({
  /** The number that ties a response to its request. */
  correlationId: int32,
}));
export type ResponseHeader = Infer<typeof ResponseHeader>;

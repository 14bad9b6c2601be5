import { int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const RequestHeader = message("RequestHeader", { versions: "1-2", flexible: "2+" }, {
  requestApiKey: int16,
  requestApiVersion: int16,
  correlationId: int32,
  clientId: nullable(string).in("1+").inflexible,
});
export type RequestHeader = Infer<typeof RequestHeader>;

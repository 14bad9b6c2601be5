import { int32, message, type Infer } from "../schema/index.js";

export const ResponseHeader = message("ResponseHeader", { versions: "0-1", flexible: "1+" }, {
  correlationId: int32,
});
export type ResponseHeader = Infer<typeof ResponseHeader>;

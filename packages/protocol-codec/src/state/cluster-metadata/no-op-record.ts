import { message, type Infer } from "../../schema/index.js";

/** Nothing; keeps the log moving. */
export const NoOpRecord = message("NoOpRecord", { versions: "0", flexible: "0+", recordType: 20 }, () => ({}));
export type NoOpRecord = Infer<typeof NoOpRecord>;

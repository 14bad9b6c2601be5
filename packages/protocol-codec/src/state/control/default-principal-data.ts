import { bool, message, string, type Infer } from "../../schema/index.js";

/** A principal as brokers forward it to each other. */
export const DefaultPrincipalData = message("DefaultPrincipalData", { versions: "0", flexible: "0+" }, () => ({
  /** The kind of the principal. */
  type: string,
  /** The principal's name. */
  name: string,
  /** Whether the principal authenticated with a delegation token. */
  tokenAuthenticated: bool,
}));
export type DefaultPrincipalData = Infer<typeof DefaultPrincipalData>;

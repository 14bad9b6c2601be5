import { bool, message, string, type Infer } from "../../schema/index.js";

export const DefaultPrincipalData = message("DefaultPrincipalData", { versions: "0", flexible: "0+" }, {
  type: string,
  name: string,
  tokenAuthenticated: bool,
});
export type DefaultPrincipalData = Infer<typeof DefaultPrincipalData>;

import { int16, message, string, type Infer } from "../../schema/index.js";

export const FeatureLevelRecord = message("FeatureLevelRecord", { versions: "0", flexible: "0+", recordType: 12 }, {
  name: string,
  featureLevel: int16,
});
export type FeatureLevelRecord = Infer<typeof FeatureLevelRecord>;

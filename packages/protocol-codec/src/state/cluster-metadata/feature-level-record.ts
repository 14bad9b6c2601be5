import { int16, message, string, type Infer } from "../../schema/index.js";

/** The version of a feature that is in force. */
export const FeatureLevelRecord = message(
  "FeatureLevelRecord",
  { versions: "0", flexible: "0+", recordType: 12 },
  () => ({
    /** The name of the feature. */
    name: string,
    /** The version of the feature that is in force; 0 removes it. */
    featureLevel: int16,
  }),
);
export type FeatureLevelRecord = Infer<typeof FeatureLevelRecord>;

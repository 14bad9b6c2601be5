import { int8, message, type Infer } from "../../schema/index.js";

export const ZkMigrationStateRecord = message("ZkMigrationStateRecord", { versions: "0", flexible: "0+", recordType: 21 }, {
  zkMigrationState: int8,
});
export type ZkMigrationStateRecord = Infer<typeof ZkMigrationStateRecord>;

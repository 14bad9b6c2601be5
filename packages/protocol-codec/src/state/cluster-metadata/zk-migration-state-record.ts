import { int8, message, type Infer } from "../../schema/index.js";

/** How far the migration from ZooKeeper has come. */
export const ZkMigrationStateRecord = message(
  "ZkMigrationStateRecord",
  { versions: "0", flexible: "0+", recordType: 21 },
  () => ({
    /** How far the migration from ZooKeeper has come. */
    zkMigrationState: int8,
  }),
);
export type ZkMigrationStateRecord = Infer<typeof ZkMigrationStateRecord>;

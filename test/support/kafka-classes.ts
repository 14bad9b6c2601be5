import { goldenFacts } from "./golden.js";

/** A schema of the records that Kafka keeps in its own logs. */
export interface LogSchema {
  readonly name: string;
  /** `coordinator-key`, `coordinator-value`, `metadata`, or `data` for what stands in no log by itself. */
  readonly type: string;
  /** The part of Kafka that the schema comes from. */
  readonly module: string;
}

/** All schemas of Kafka's own logs. */
export const logSchemas: readonly LogSchema[] = goldenFacts<LogSchema[]>("log-schemas.json");

const packages: Readonly<Record<string, string>> = {
  "group-coordinator": "org.apache.kafka.coordinator.group.generated",
  "transaction-coordinator": "org.apache.kafka.coordinator.transaction.generated",
  "share-coordinator": "org.apache.kafka.coordinator.share.generated",
  metadata: "org.apache.kafka.common.metadata",
  raft: "org.apache.kafka.raft.generated",
  storage: "org.apache.kafka.server.log.remote.metadata.storage.generated",
};

/** The Java class that Kafka generated from a schema of its logs. */
export function classOfLogRecord({ name, module }: LogSchema): string {
  const folder = packages[module];
  if (folder === undefined) throw new Error(`no Java package is known for the schemas of ${module}`);
  return `${folder}.${name}`;
}

/** The Java class that Kafka generated from a schema of the protocol. */
export function classOfMessage(name: string): string {
  const suffix = /(Request|Response|RequestHeader|ResponseHeader)$/.test(name) ? "Data" : "";
  return `org.apache.kafka.common.message.${name}${suffix}`;
}

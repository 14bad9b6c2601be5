/** The broker settings that the transaction coordinator reads, by Kafka's names. */
export type TransactionConfigKey =
  | "transaction.abort.timed.out.transaction.cleanup.interval.ms"
  | "transaction.max.timeout.ms"
  | "transaction.remove.expired.transaction.cleanup.interval.ms"
  | "transaction.state.log.num.partitions"
  | "transactional.id.expiration.ms";

/** Where the settings come from: the broker's configuration. */
export interface TransactionConfig {
  number(key: TransactionConfigKey): number;
}

/** The settings in the units that the coordinator works with. */
export interface TransactionSettings {
  /** The longest time-out that a producer may ask for. */
  readonly maxTimeoutMs: number;
  /** How often transactions that were open for too long are looked for. */
  readonly timeoutCheckIntervalMs: number;
  /** For how long an id is kept that nobody uses. */
  readonly idExpirationMs: number;
  /** How often such ids are looked for. */
  readonly expiryCheckIntervalMs: number;
  readonly topicPartitions: number;
  /** How long to wait before the end of a transaction is written once more, when the log refused it. Not configurable in Kafka either. */
  readonly completionRetryMs: number;
}

/** Reads the settings. */
export function transactionSettings(config: TransactionConfig): TransactionSettings {
  return {
    maxTimeoutMs: config.number("transaction.max.timeout.ms"),
    timeoutCheckIntervalMs: config.number("transaction.abort.timed.out.transaction.cleanup.interval.ms"),
    idExpirationMs: config.number("transactional.id.expiration.ms"),
    expiryCheckIntervalMs: config.number("transaction.remove.expired.transaction.cleanup.interval.ms"),
    topicPartitions: config.number("transaction.state.log.num.partitions"),
    completionRetryMs: 100,
  };
}

/** A feature that clusters finalise at one level, with the levels that this broker can be at. */
export interface Feature {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** The level that a new cluster gets. */
  readonly initial: number;
}

/**
 * The features that this broker has, and the ranges of Apache Kafka 4.3.1.
 *
 * `group.version` 1 lets groups use the consumer protocol (KIP-848); with 0 there are classic groups only.
 * `metadata.version` 25 is that of Apache Kafka 4.0 (IBP_4_0_IV3), to which the records of this broker belong; 7 is that of 3.3, 30 that of
 * 4.3. `transaction.version` is about how transactions begin and end: 0 as in Kafka 2, 1 with records that can carry more (KIP-890), 2 with
 * an epoch for each transaction and partitions that are added by writing to them.
 */
export const features: readonly Feature[] = [
  { name: "group.version", min: 0, max: 1, initial: 1 },
  { name: "metadata.version", min: 7, max: 30, initial: 25 },
  { name: "transaction.version", min: 0, max: 2, initial: 2 },
];

/** Levels that whoever starts a cluster chooses, by feature. */
export type FeatureLevels = ReadonlyMap<string, number>;

/** The features whose levels may be chosen: those that this broker can live with at each of them. */
export const chosenFeatures = ["group.version", "transaction.version"] as const;

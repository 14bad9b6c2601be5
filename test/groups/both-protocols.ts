import type { ConsumerOptions } from "@moldau/consumer";

/** The ways to belong to a group, for promises that hold in each. */
export const waysToBelong: readonly (readonly [name: string, options: Partial<ConsumerOptions>])[] = [
  ["eager", { assignors: ["range"] }],
  ["cooperative", { assignors: ["cooperative-sticky"] }],
  ["next generation", { protocol: "consumer" }],
];

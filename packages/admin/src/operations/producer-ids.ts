import { invalidArgument } from "@moldau/connection-pool";

/** Reads a producer id in a list. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when it is none. */
export function checkProducerId(value: unknown, path: string): bigint {
  const id = asInt64(value);
  if (id !== undefined) return id;
  throw invalidArgument(`${path} must be a bigint from 0n on, such as 4000n.`);
}

/** Takes a number that Kafka keeps in 64 bits, an offset or a producer id, and gives undefined for anything else. */
export function asInt64(value: unknown): bigint | undefined {
  return typeof value === "bigint" && value >= 0n && value < 2n ** 63n ? value : undefined;
}

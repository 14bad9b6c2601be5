import { invalidArgument, isPlainObject } from "@moldau/connection-pool";

/** How members of a group speak with its coordinator. */
export type GroupProtocol = "classic" | "consumer" | "auto";

/** What the broker decides under the next-generation protocol, and by what. */
const decidedByBroker: Readonly<Record<string, string>> = {
  sessionTimeoutMs: "the group's consumer.session.timeout.ms",
  heartbeatIntervalMs: "the group's consumer.heartbeat.interval.ms",
  assignors: "the group's assignor on the broker, which remoteAssignor names",
};

/**
 * Refuses options that have no effect under a protocol. With `"auto"` each has one where its protocol is the one that is found.
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT naming the option, and what decides in its place.
 */
export function refuseOptionsOfOthers(protocol: GroupProtocol, options: unknown): void {
  if (!isPlainObject(options)) return;
  const isGiven = (name: string): boolean => Reflect.get(options, name) !== undefined;
  if (protocol === "classic" && isGiven("remoteAssignor"))
    throw invalidArgument(
      'consumer options: remoteAssignor names an assignor of the broker, which protocol "classic" has none of: use protocol: "consumer", or assignors.',
    );
  if (protocol !== "consumer") return;
  for (const [name, instead] of Object.entries(decidedByBroker))
    if (isGiven(name))
      throw invalidArgument(
        `consumer options: ${name} is decided by the broker under protocol "consumer" (${instead}): leave it out, or use protocol: "classic".`,
      );
}

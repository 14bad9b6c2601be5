import type { KafkaError } from "@moldau/protocol-codec";

/** What brokers answer while another one is away, and for a while after it is back. */
const codes: ReadonlySet<string> = new Set([
  "BROKER_NOT_AVAILABLE",
  "COORDINATOR_LOAD_IN_PROGRESS",
  "COORDINATOR_NOT_AVAILABLE",
  "FENCED_LEADER_EPOCH",
  "LEADER_NOT_AVAILABLE",
  "NETWORK_EXCEPTION",
  "NOT_COORDINATOR",
  "NOT_ENOUGH_REPLICAS",
  "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  "NOT_LEADER_OR_FOLLOWER",
  "OFFSET_NOT_AVAILABLE",
  "REPLICA_NOT_AVAILABLE",
  "UNKNOWN_LEADER_EPOCH",
]);

/** Whether a failure may only follow from a broker that is away, of which the log tells in a line of its own. */
export function mayFollowFromAbsence({ code }: KafkaError): boolean {
  return codes.has(code);
}

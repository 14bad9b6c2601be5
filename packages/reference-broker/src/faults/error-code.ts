import { ErrorCode } from "@moldau/protocol-codec";

/** Kafka's number of an error that is given by name or number. Throws a RangeError for one that Kafka does not have. */
export function errorCodeOf(error: string | number): number {
  if (typeof error === "number") return error;
  const found = Object.entries(ErrorCode).find(([name]) => name === error);
  if (found === undefined)
    throw new RangeError(
      `unknown error ${JSON.stringify(error)}: write one of Kafka's names, such as "NOT_LEADER_OR_FOLLOWER"`,
    );
  return found[1];
}

import * as codec from "@moldau/protocol-codec";
import type { Message } from "@moldau/protocol-codec";

/** Every message that the package offers: of all APIs, the headers, the classic groups' own protocol, and what Kafka writes into its logs. */
export const everyMessage: readonly Message[] = Object.values<unknown>({ ...codec }).filter(isMessage);

/** The versions of a message, oldest first. */
export function versionsOf({ versions: { min, max } }: Message): number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
}

/** Every message in each of its versions. */
export const everyVersion: readonly MessageVersion[] = everyMessage.flatMap((message) =>
  versionsOf(message).map((version) => ({ message, version })),
);

/** A message and the version in which it is read and written. */
export interface MessageVersion {
  readonly message: Message;
  readonly version: number;
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "fields" in value && "flexible" in value && "versions" in value;
}

import { KafkaError } from "@moldau/protocol-codec";

/** Makes the error for a call that comes at the wrong time; `message` says what to do instead. */
export function invalidState(message: string): KafkaError {
  return new KafkaError("CLIENT_INVALID_STATE", message, { written: false });
}

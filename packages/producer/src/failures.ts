import { messageOf } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";

/** Whatever was thrown, as an error of ours; what is none already becomes the cause. */
export function asKafkaError(error: unknown, code = "CLIENT_SEND_FAILED"): KafkaError {
  return error instanceof KafkaError ? error : new KafkaError(code, messageOf(error), { cause: error });
}

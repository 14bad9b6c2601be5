import { brokerError, protocolViolation } from "@moldau/connection-pool";
import { ErrorCode, type Api, type KafkaError, type KafkaErrorFacts } from "@moldau/protocol-codec";
import type { ItemAnswer } from "./item-operation.js";

/** What one of several things came to. */
export interface ItemResult {
  /** Why it failed; absent when it succeeded. */
  readonly error?: KafkaError;
}

/** Makes the error of a thing that an answer says nothing about. */
export function unanswered(facts: KafkaErrorFacts): KafkaError {
  return protocolViolation(`The answer to ${facts.apiName ?? "the request"} says nothing about it.`, facts);
}

/** Looks at what a response says of the request as a whole. @throws {KafkaError} the broker's reason when it refused all of it. */
export function throwIfRefused(
  { key: apiKey, name: apiName }: Pick<Api, "key" | "name">,
  { errorCode, errorMessage }: ItemAnswer,
  facts: KafkaErrorFacts = {},
): void {
  if (errorCode !== ErrorCode.NONE) throw brokerError(errorCode, { ...facts, apiKey, apiName }, errorMessage);
}

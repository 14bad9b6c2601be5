// Errors
export { DecodeError, EncodeError, FrameError, KafkaError } from "./errors.js";
export type { KafkaErrorFacts, KafkaErrorOptions } from "./errors.js";

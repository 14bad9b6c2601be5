// Errors
export { DecodeError, EncodeError, FrameError, KafkaError } from "./errors.js";
export type { KafkaErrorFacts, KafkaErrorOptions } from "./errors.js";

// SASL: the arithmetic of SCRAM, for both sides
export {
  createScramCredential,
  saltScramPassword,
  scramClientFinal,
  scramKeys,
  scramMaxIterations,
  scramMechanisms,
  scramMinIterations,
  scramServerFinal,
  scramServerFirst,
  verifyScramServerFinal,
} from "./sasl/scram.js";
export type { ScramClientFinal, ScramCredential, ScramKeys, ScramMechanism } from "./sasl/scram.js";
export { formatClientFirst as scramClientFirst, parseClientFirst as parseScramClientFirst, ScramError } from "./sasl/scram-messages.js";
export type { ClientFirst as ScramClientFirst } from "./sasl/scram-messages.js";

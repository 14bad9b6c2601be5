import type { OtherNames } from "../options.js";

/** What stands for kafkajs's options of a client here. Those that only lack their unit (`requestTimeout`) are found by being close. */
export const clientNames: OtherNames = {
  authenticationTimeout: "is part of connectionTimeoutMs here",
  enforceRequestTimeout: "is always so here: see requestTimeoutMs",
  logCreator: "is logger here, an object with debug, info, warn and error",
  logLevel: 'is logger here, as in logger: "warn"',
  reauthenticationThreshold: "has no counterpart: logins are renewed in time by themselves",
  socketFactory: "is connector here",
  ssl: "is tls here, with the same values",
};

/** What stands for the parts of kafkajs's `retry` here. */
export const retryNames: OtherNames = {
  factor: "is jitter here",
  initialRetryTime: "is initialDelayMs here",
  maxRetryTime: "is maxDelayMs here",
  restartOnFailure: "has no counterpart: a loop that cannot go on ends with its error, and another one may be begun",
  retries:
    "is a time here, not a count: deliveryTimeoutMs of a producer, timeoutMs of a call; a consumer tries for as long as it runs",
};

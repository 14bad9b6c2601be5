// What the producer, the consumer and the tests build on, and applications do not.
export { throwUncaught } from "@moldau/platform";
export { DeadlineTimer } from "./deadline.js";
export { Fifo } from "./fifo.js";
export type { SpokenApi } from "./spoken-api.js";

// What the documentation is made from.
export { spokenApis } from "./apis.js";

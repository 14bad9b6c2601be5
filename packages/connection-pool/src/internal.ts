// What the producer, the consumer and the tests build on, and applications do not.
export { DeadlineTimer } from "./deadline.js";
export { Fifo } from "./fifo.js";

// What the producer, the consumer and the tests build on, and applications do not.
export { throwUncaught } from "@moldau/platform";
export { Announcer } from "./announcer.js";
export type { EventChannels, EventLines } from "./announcer.js";
export { beginTrace, endTrace, eventChannel, traceChannel } from "./event-channel.js";
export { DeadlineTimer } from "./connection/deadline.js";
export { Fifo } from "./connection/fifo.js";
export { clusterOptionsAsData, clusterOptionsOf, secretOf } from "./cluster/options-as-data.js";
export type { ClusterOptionsAsData, Secret } from "./cluster/options-as-data.js";
export type { SpokenApi } from "./spoken-api.js";

// What the documentation is made from.
export { spokenApis } from "./apis.js";

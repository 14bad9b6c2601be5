/// <reference types="node" preserve="true" />

// Time
export type { Clock, Timer, TimerOptions } from "./clock.js";
export { sleepOn } from "./sleep.js";

// Signals
export { isSignal, onAbort } from "./signals.js";
export { backgroundClock, systemClock } from "./system-clock.js";

// Chance
export { seededRandom } from "./seeded-random.js";

// Transport
export type { Channel, ChannelEvents } from "./channel.js";
export type { Connector, ConnectTarget, OpeningEvents } from "./connector.js";
export { systemConnector } from "./system-connector.js";
export type { AcceptEvents, Acceptor, Listening, ListenTarget } from "./acceptor.js";
export { systemAcceptor } from "./system-acceptor.js";

// Errors of the application
export { throwUncaught } from "./throw-uncaught.js";

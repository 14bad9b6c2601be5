/// <reference types="node" preserve="true" />

// Time
export type { Clock, Timer, TimerOptions } from "./clock.js";
export { sleepOn } from "./sleep.js";
export { backgroundClock, systemClock } from "./system-clock.js";

// Errors of the application
export { throwUncaught } from "./throw-uncaught.js";

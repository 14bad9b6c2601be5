// Time
export { settableClock } from "./settable-clock.js";
export type { SettableClock } from "./settable-clock.js";
export { turns, VirtualClock } from "./virtual-clock.js";

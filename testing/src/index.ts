// Time
export { turns, VirtualClock } from "./virtual-clock.js";

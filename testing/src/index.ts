// Time
export { settableClock } from "./settable-clock.js";
export type { SettableClock } from "./settable-clock.js";
export { turns, VirtualClock } from "./virtual-clock.js";

// Network
export { MemoryNetwork } from "./memory-network.js";
export type { MemoryNetworkOptions } from "./memory-network.js";
export type { MemoryLink } from "./memory-link.js";

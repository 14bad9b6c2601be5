import type { CoordinatorClient } from "@moldau/connection-pool";

/** What a group's members, positions and commits ask of its coordinator. */
export type Coordinator = Pick<CoordinatorClient, "key" | "request" | "check" | "forget" | "interrupt">;

import type { CoordinatorType } from "@moldau/connection-pool";
import { ErrorCode } from "@moldau/protocol-codec";
import { apart, type Route } from "./route.js";

/** The broker that coordinates the group, or the transactional id, that an item is about. */
export function coordinatorOf<Item>(type: CoordinatorType, keyOf: (item: Item) => string): Route<Item> {
  return {
    refusals: new Set([
      ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
      ErrorCode.COORDINATOR_NOT_AVAILABLE,
      ErrorCode.NOT_COORDINATOR,
    ]),
    find: (cluster, items, wait) => apart(items, (item) => cluster.coordinator(type, keyOf(item), wait)),
    forget(cluster, items) {
      for (const item of items) cluster.forgetCoordinator(type, keyOf(item));
    },
  };
}

import { ErrorCode } from "@moldau/protocol-codec";
import { together, type Route } from "./route.js";

/** The controller, or the broker that passes requests on to it. */
export const controller: Route<unknown> = {
  refusals: new Set([ErrorCode.NOT_CONTROLLER]),
  async find(cluster, items, wait) {
    const node = await cluster.controller(wait);
    // A cluster without a controller at the moment says -1: any broker will refuse, and the question is made again.
    return together(node < 0 ? undefined : node, items);
  },
  forget: (cluster) => cluster.refreshTopics([]),
};

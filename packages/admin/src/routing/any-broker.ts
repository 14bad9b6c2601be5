import { together, type Route } from "./route.js";

/** Any broker will do: what is asked is known to all of them. */
export const anyBroker: Route<unknown> = {
  refusals: new Set(),
  find: (_cluster, items) => Promise.resolve(together(undefined, items)),
  forget: () => undefined,
};

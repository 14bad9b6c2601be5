// What the documentation is made from; applications have no use for it.
export { handlers } from "./handlers/all.js";
export type { Handler, HandlerVersions } from "./network/handler.js";

// What the documentation is made from; applications have no use for it.
export { spokenApis } from "./apis.js";

export { MessageLoop, BatchLoop } from "./loops.js";

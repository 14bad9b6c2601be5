/// <reference types="node" preserve="true" />

export { MessageLoop, BatchLoop } from "./loops.js";

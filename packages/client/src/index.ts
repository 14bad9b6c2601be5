/// <reference types="node" preserve="true" />

// The object to begin with
export { Kafka, type KafkaOptions } from "./kafka.js";

import { defineConfig } from "vitest/config";
import { reporters, sharedConfig } from "../../vitest.shared.js";

/** Other people's code: Apache Kafka, its tools, and foreign clients. Two files at a time: a JVM wants the cores for itself, and its tests mostly wait. */
export default defineConfig(
  sharedConfig({
    name: "interop",
    include: ["test/interop/**/*.test.ts"],
    reporters: reporters("interop"),
    globalSetup: "test/interop/before-all.ts",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  }),
);

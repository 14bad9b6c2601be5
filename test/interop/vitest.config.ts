import { defineConfig } from "vitest/config";
import { reporters, sharedConfig } from "../../vitest.shared.js";

/** Other people's code: Apache Kafka, its tools, and foreign clients. One file at a time, since a JVM wants the cores for itself. */
export default defineConfig(
  sharedConfig({
    name: "interop",
    include: ["test/interop/**/*.test.ts"],
    reporters: reporters("interop"),
    globalSetup: "test/interop/say-what-is-left-out.ts",
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  }),
);

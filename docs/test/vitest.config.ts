import { defineConfig } from "vitest/config";
import { reporters, sharedConfig } from "../../vitest.shared.js";

/** The built site, in a real browser. */
export default defineConfig(
  sharedConfig({
    name: "docs",
    include: ["docs/test/**/*.test.ts"],
    reporters: reporters("docs"),
    // One browser at a time: two would be no faster on two cores.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 120_000,
  }),
);

import { defineConfig } from "vitest/config";
import { reporters, sharedConfig } from "../../vitest.shared.js";

/** The packed packages, loaded as their users would load them. Nothing here goes through the aliases to the sources. */
export default defineConfig({
  ...sharedConfig({
    name: "packaging",
    include: ["test/packaging/**/*.test.ts"],
    globalSetup: ["test/packaging/consumer.ts"],
    reporters: reporters("packaging"),
    testTimeout: 240_000,
    hookTimeout: 600_000,
  }),
  resolve: { alias: [] },
});

import { defineConfig } from "vitest/config";
import { reporters, sharedConfig, workers } from "./vitest.shared.js";

/** The tests of `npm test`: units first, beside their sources; then the promises to users, each under its name in test/. */
export default defineConfig({
  test: {
    reporters: reporters("tests"),
    maxWorkers: workers,
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.d.ts"],
      reporter: ["text-summary", "html", "lcov"],
    },
    projects: [
      sharedConfig({
        name: "units",
        include: ["packages/*/src/**/*.test.ts", "testing/src/**/*.test.ts", "scripts/*.test.mjs"],
        sequence: { groupOrder: 0 },
      }),
      sharedConfig({
        name: "promises",
        include: ["test/**/*.test.ts"],
        exclude: ["test/interop/**", "test/packaging/**", "**/node_modules/**"],
        sequence: { groupOrder: 1 },
      }),
    ],
  },
});

import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { reporters, sharedConfig, workers } from "./vitest.shared.js";

/** Files that take half a minute and more on a quiet machine, most of it waiting. Begun last, they would leave all cores but one with nothing to do. */
const long = [
  "test/examples/programs-of-the-docs.test.ts",
  "test/examples/recipes.test.ts",
  "test/time/setting-the-clock-stops-nothing.test.ts",
  "test/durability/a-chain-",
  "test/delivery/a-chain-",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => long.some((name) => moduleId.includes(name));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** The tests of `npm test`: units first, beside their sources; then the promises to users, each under its name in test/. */
export default defineConfig({
  test: {
    reporters: reporters("tests"),
    maxWorkers: workers,
    sequence: { sequencer: LongestFirst },
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

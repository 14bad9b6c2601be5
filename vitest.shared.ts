import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ViteUserConfig } from "vitest/config";
import { carrier, nameOfText, workerText } from "./scripts/worker-text.mjs";

const root = fileURLToPath(new URL(".", import.meta.url));
const scoped = ["platform", "protocol-codec", "connection-pool", "producer", "consumer", "admin", "reference-broker"];

/** Our own packages by their names, straight from the sources: a test sees the edit of a moment ago, and needs no build. */
const alias = [...scoped.map((folder) => [`@moldau/${folder}`, folder]), ["moldau", "client"]].flatMap(
  ([name, folder]) => [
    { find: new RegExp(`^${name}$`), replacement: join(root, `packages/${folder}/src/index.ts`) },
    { find: new RegExp(`^${name}/(internal|state)$`), replacement: join(root, `packages/${folder}/src/$1.ts`) },
  ],
);

/** Puts the script of the consumer's worker where the build puts it; only for the tests that load it. */
const workerOfConsumer: NonNullable<ViteUserConfig["plugins"]>[number] = {
  name: "moldau-worker-text",
  enforce: "pre",
  async transform(code: string, id: string) {
    const folder = join(root, "packages/consumer");
    if (id !== join(folder, carrier)) return undefined;
    const { text = "" } = (await workerText(folder)) ?? {};
    return `const ${nameOfText} = ${JSON.stringify(text)};\n${code.replace(/^declare const .*$/m, "")}`;
  },
};

type TestOptions = NonNullable<ViteUserConfig["test"]>;

/**
 * What every project of tests has in common. Vitest fails a run in which a promise was rejected and nobody listened
 * (`dangerouslyIgnoreUnhandledErrors` is off); the set-up file makes failures of further things that are only warned of.
 */
export function sharedConfig(test: TestOptions): ViteUserConfig {
  return {
    root,
    plugins: [workerOfConsumer],
    resolve: { alias },
    test: {
      setupFiles: [join(root, "test/support/setup.ts")],
      // What never ends is found at any of these; a busy machine needs them long.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      teardownTimeout: 10_000,
      // Programs that the tests of one file start side by side.
      maxConcurrency: 2,
      expect: { poll: { timeout: 20_000 } },
      dangerouslyIgnoreUnhandledErrors: false,
      // A test that was left with `.only` would silently take all others out of the run.
      allowOnly: false,
      ...test,
    },
  };
}

/** Where the run is also written down for programs, as JSON: `TEST_REPORTS` names the folder. */
export function reporters(name: string): NonNullable<TestOptions["reporters"]> {
  const folder = process.env["TEST_REPORTS"];
  return folder === undefined ? ["default"] : ["default", ["json", { outputFile: join(folder, `${name}.json`) }]];
}

/** Brokers and clients of one test file keep a core busy; more files at once than cores only makes clocks unreliable. */
export const workers = Math.max(1, Math.min(4, availableParallelism()));

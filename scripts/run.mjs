// What each command of package.json does. Every command first makes sure of what it needs: installed packages, built packages.
// On an up-to-date tree that costs a few milliseconds, so there is no separate "install" or "build" step to remember.

import { build, bundle } from "./build.mjs";
import { buildSite, openSite, reportApis, serveSite } from "./docs.mjs";
import { embedZstd } from "./embed-zstd.mjs";
import { install } from "./install.mjs";
import { release } from "./release.mjs";
import { Failure, root, runBin, runNode, say } from "./process.mjs";

const vitest = (/** @type {string[]} */ ...args) => runBin("vitest", "vitest", ["run", ...args]);

/** @type {Record<string, { summary: string, run: (args: string[]) => Promise<unknown> }>} */
const tasks = {
  start: {
    summary:
      "the main job: 20,000 flights through producer, broker and a consumer group (--brokers host:port for any Kafka)",
    run: async (args) => {
      await ready();
      say("running docs/examples/flights.js");
      await runNode(["docs/examples/flights.js", ...args]);
    },
  },
  test: {
    summary: "all tests that need nothing but Node: units first, then the promises under test/",
    run: async (args) => {
      await ready();
      say("running the tests");
      await vitest(...args);
    },
  },
  "test:interop": {
    summary: "our clients with Apache Kafka, foreign clients with our broker (needs Java 17 and Maven; kcat)",
    run: async (args) => {
      await ready();
      say("running the tests with Apache Kafka and foreign clients");
      await vitest("--config", "test/interop/vitest.config.ts", ...args);
    },
  },
  "test:packaging": {
    summary: "packs every published package, installs the tarballs elsewhere and loads them in every supported way",
    run: async (args) => {
      await ready();
      await bundle();
      say("running the packaging tests");
      await vitest("--config", "test/packaging/vitest.config.ts", ...args);
    },
  },
  coverage: {
    summary: "the tests of `npm test` with a coverage report in coverage/",
    run: async (args) => {
      await ready();
      await vitest("--coverage", ...args);
    },
  },
  bench: {
    summary: "benchmarks, side by side with kafkajs and @platformatic/kafka",
    run: async (args) => {
      await ready();
      say("building the benchmarks");
      await runBin("typescript", "tsc", ["-b", "test/bench"]);
      await runNode(["test/bench/dist/bench/main.js", ...args]);
    },
  },
  fuzz: {
    summary: "throws broken bytes at everything that reads bytes (--seconds 600, --only zstd, --seed 1 --round 7)",
    run: async (args) => {
      await ready();
      await runBin("typescript", "tsc", ["-b", "test/fuzz"]);
      await runNode(["test/fuzz/dist/fuzz/main.js", ...args]);
    },
  },
  build: {
    summary: "dist/ of every package: ES modules, CommonJS bundles, declarations for both",
    run: async () => {
      await ready();
      await bundle();
    },
  },
  types: {
    summary: "type-checks sources, tests, scripts and examples",
    run: async () => {
      await install({ docs: true });
      await runBin("typescript", "tsc", ["-b"]);
    },
  },
  lint: {
    summary: "oxlint with type-aware rules (--fix repairs what it can)",
    run: async (args) => {
      await ready({ docs: true });
      await runBin("oxlint", "oxlint", args);
    },
  },
  docs: {
    summary: "builds the site of the documentation (--serve shows it while you write, --check tries it in a browser)",
    run: async (args) => {
      await ready({ docs: true });
      if (args[0] === "--serve") return await serveSite(args.slice(1));
      const isCheck = args.includes("--check");
      // `npm test` compares these pages.
      const written = [
        "test/protocol/supported-apis.test.ts",
        "test/protocol/transaction-errors.test.ts",
        "test/examples/consumer-options-page.test.ts",
      ];
      if (!isCheck) await vitest(...written, "--update");
      await buildSite();
      if (isCheck) await openSite();
    },
  },
  api: {
    summary: "writes down what users import of each package, in packages/NAME/index.api.md (--check only compares)",
    run: async (args) => {
      await ready({ docs: true });
      await reportApis(args);
    },
  },
  "embed:zstd": {
    summary:
      "writes the WebAssembly of @bokuweb/zstd-wasm into the codec's sources, after a new version of that package",
    run: async () => {
      await install();
      embedZstd();
    },
  },
  changeset: {
    summary: "writes down what a change means for users (see .changeset/README.md)",
    run: async (args) => {
      await install();
      await runBin("@changesets/cli", "changeset", args);
    },
  },
  release: {
    summary: "publishes what changesets prepared; --dry-run shows it and publishes nothing",
    run: release,
  },
  knip: {
    summary: "finds unused files, exports and dependencies",
    run: async (args) => {
      await install({ docs: true });
      await runBin("knip", "knip", args);
    },
  },
  format: {
    summary: "formats every file with oxfmt (--check only looks)",
    run: async (args) => {
      await install();
      await runBin("oxfmt", "oxfmt", args);
    },
  },
};

/** Runs one command by its name, with what stood behind `--` on the command line. */
export async function run(/** @type {string | undefined} */ name, /** @type {string[]} */ args) {
  const task = name === undefined ? undefined : tasks[name];
  if (task === undefined) {
    const list = Object.entries(tasks).map(([known, { summary }]) => `  npm run ${known.padEnd(16)} ${summary}`);
    throw new Failure(`There is no command named ${name}. There are:\n${list.join("\n")}`);
  }
  process.chdir(root);
  await task.run(args);
}

async function ready({ docs = false } = {}) {
  await install({ docs });
  await build();
}

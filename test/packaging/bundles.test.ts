import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { runProgram } from "../support/child-program.js";
import { plainEnvironment } from "./consumer.js";
import { repository } from "../support/repository.js";

/** A folder where nothing is installed, nor anywhere above it. */
const bare = mkdtempSync(join(tmpdir(), "moldau-bundles-"));
const application = inject("application");

afterAll(() => rmSync(bare, { recursive: true, force: true }));

const kinds = [
  { format: "esm", file: "bundle.mjs" },
  { format: "cjs", file: "bundle.cjs" },
] as const;

describe.each(kinds)("an application that esbuild has made one file of ($format)", ({ format, file }) => {
  beforeAll(async () => {
    const program = join(application, "bundled.mjs");
    copyFileSync(join(repository, "test/packaging/programs/bundled.mjs"), program);
    mkdirSync(bare, { recursive: true });
    await build({
      entryPoints: [program],
      outfile: join(bare, file),
      ...({ bundle: true, platform: "node", target: "node20", logLevel: "error" } as const),
      format,
    });
  });

  test.each(Object.entries(inject("nodes")))(
    "sends and reads with every codec, and has its worker, on Node %s",
    async (_, node) => {
      expect(await runProgram(node, [file], { cwd: bare, env: plainEnvironment })).toEqual({
        code: 0,
        stdout: "gzip lz4 none snappy zstd, in 2 threads\n",
        stderr: "",
      });
    },
  );
});

test("a zstd that this Node cannot load is its own error when writing and when reading, not a malformed payload", async () => {
  const program = join(application, "without-webassembly.mjs");
  copyFileSync(join(repository, "test/packaging/programs/without-webassembly.mjs"), program);
  // Without a compiler at run time there is no WebAssembly, and Node 20 has no zstd.
  const run = await runProgram(inject("nodes")["20"] ?? "", ["--jitless", program], { env: plainEnvironment });
  expect(run.stdout).toBe("CLIENT_CODEC_UNAVAILABLE\nCLIENT_CODEC_UNAVAILABLE\n");
});

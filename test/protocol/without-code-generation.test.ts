import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { goldenLines, type MessageVector } from "../support/golden.js";
import { runProgram } from "../support/child-program.js";
import { repository } from "../support/repository.js";

/** What hardened environments forbid: `eval`, `new Function`, and so the parsers that binary-parser generates. */
const forbidden = "--disallow-code-generation-from-strings";

describe("where code generation is forbidden", () => {
  test("it is: a generated function fails", async () => {
    const { code, stderr } = await runProgram(process.execPath, [forbidden, "-e", "new Function('return 1')()"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("EvalError");
  });

  test("every message of every version decodes and encodes as ever", async () => {
    const program = join(repository, "test/protocol/programs/read-all-vectors.mjs");
    const { code, stdout, stderr } = await runProgram(process.execPath, [forbidden, program]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const wanted = goldenLines<MessageVector>("messages.jsonl.gz").filter(
      ({ scope, kind }) => scope !== "controller" && (kind === "request" || kind === "response"),
    );
    expect(stdout).toBe(`${wanted.length} messages\n`);
  });

  test("the main job runs to its end: producer, broker, and a consumer group", async () => {
    const program = join(repository, "docs/examples/flights.js");
    const { code, stderr } = await runProgram(process.execPath, [forbidden, program]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});

import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { runProgram } from "../support/child-program.js";
import { repository } from "../support/repository.js";

/** A program with a mark before each name that the mouse points at. */
const program = `
import { decode, encode, Fetch, ProduceRequest, type FetchResponse, type RequestInputOf } from "@moldau/protocol-codec";
import { OffsetCommitValue } from "@moldau/protocol-codec/state";

type /*@*/Response = FetchResponse;
type /*@*/Question = RequestInputOf<typeof Fetch>;
const /*@*/decoded = decode(ProduceRequest, 9, Buffer.alloc(9));
decoded.topicData[0]?.partitionData[0]?./*@*/records;
encode(Fetch.request, 12, { topics: [{ partitions: [{ /*@*/fetchOffset: 5n }] }] });
const /*@*/offset = decode(OffsetCommitValue, 3, Buffer.alloc(9));
`;

interface Editor {
  readonly shown: Readonly<Record<string, { readonly text: string; readonly says: string }>>;
  readonly faults: readonly string[];
}

describe.each(["program.mts", "program.cts"])("an editor with a %s", (name) => {
  let editor: Editor;

  beforeAll(async () => {
    const typescript = join(inject("tools"), "node_modules/typescript");
    const file = join(inject("application"), name);
    const run = join(repository, "test/packaging/programs/editor.mjs");
    const { code, stdout, stderr } = await runProgram(process.execPath, [run, typescript, file, program]);
    if (code !== 0) throw new Error(stderr);
    editor = JSON.parse(stdout) as Editor;
  });

  test("finds no fault in the program", () => {
    expect(editor.faults).toEqual([]);
  });

  test("shows messages as if their types were written out", () => {
    const text = (of: string): string => editor.shown[of]?.text ?? "";
    expect(text("decoded")).toMatch(/^const decoded: \{\n {4}readonly transactionalId: string \| null;\n/);
    expect(text("decoded")).toContain("readonly index: number;");
    expect(text("Response")).toMatch(/^type Response = \{\n {4}readonly throttleTimeMs: number;\n/);
    expect(text("Question")).toMatch(/^type Question = \{\n {4}readonly clusterId\?: string \| null \| undefined;\n/);
    expect(text("offset")).toContain("readonly commitTimestamp: bigint;");
    for (const of of Object.keys(editor.shown)) {
      expect(text(of)).not.toMatch(/Field<|StructOut|StructIn|Infer|Parser|import\(/);
    }
  });

  test("tells what a field means, however deep it lies", () => {
    expect(editor.shown["records"]?.says).toBe("The records, in whole batches.");
    expect(editor.shown["fetchOffset"]?.says).toBe("The offset from which to read.");
  });
});

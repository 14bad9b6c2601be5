import { describe, expect, test } from "vitest";
import { inOrder, problemsOf, workflowProblems } from "./release-rules.mjs";

describe("what keeps packages from being released", () => {
  const files = ["README.md", "LICENSE", "CHANGELOG.md", "package.json", "dist/index.js", "dist/cjs/index.js"];
  /** @type {import("./release-rules.mjs").Published} */
  const producer = {
    folder: "packages/producer",
    manifest: {
      name: "@moldau/producer",
      version: "0.2.0",
      repository: { type: "git", url: "git+https://github.com/moldau/moldau.git", directory: "packages/producer" },
      publishConfig: { access: "public", provenance: true },
    },
    changes: "A line.\n",
  };
  const before = [{ ...producer, manifest: { ...producer.manifest, version: "0.1.0" } }];
  const packed = new Map([["@moldau/producer", { files }]]);
  const context = { before, hasChanges: true, packed };

  test("is nothing, where all is in order", () => {
    expect(problemsOf([producer], context)).toEqual([]);
    expect(workflowProblems("id-token: write\nrun: npm run release")).toEqual([]);
  });

  test.each([
    ["a version that stayed", { ...producer, ...before[0] }, packed, "still has version 0.1.0"],
    ["no line in the changelog", { ...producer, changes: undefined }, packed, "CHANGELOG.md has no entry for 0.2.0"],
    [
      "no provenance",
      { ...producer, manifest: { ...producer.manifest, publishConfig: { access: "public" } } },
      packed,
      "publishConfig.provenance is not true",
    ],
    [
      "another folder",
      { ...producer, folder: "packages/admin" },
      packed,
      'repository.directory is not "packages/admin"',
    ],
    ["a package that is empty", producer, new Map(), "the package has no dist/index.js"],
    [
      "a test in the package",
      producer,
      new Map([["@moldau/producer", { files: [...files, "src/a.test.ts"] }]]),
      "the package has src/a.test.ts",
    ],
  ])("is %s", (_what, each, inPackage, problem) => {
    expect(problemsOf([each], { ...context, packed: inPackage }).join("\n")).toContain(`@moldau/producer: ${problem}`);
  });

  test("is a second version among those that share one", () => {
    const admin = { ...producer, manifest: { ...producer.manifest, name: "@moldau/admin", version: "0.3.0" } };
    expect(problemsOf([producer, admin], context)[0]).toBe(
      "packages that share one version have several: 0.2.0, 0.3.0",
    );
  });

  test("is a workflow that may not sign", () => {
    expect(workflowProblems("id-token: none\nrun: npm run release").join()).toContain("does not grant id-token: write");
  });
});

test("packages follow those that they depend on", () => {
  const named = (/** @type {string} */ name, /** @type {Record<string, string>} */ dependencies = {}) => ({
    ...{ folder: `packages/${name}`, changes: undefined },
    manifest: { name, version: "0.2.0", dependencies },
  });
  const published = [named("moldau", { "@moldau/producer": "0.2.0", other: "1.0.0" }), named("@moldau/producer")];
  expect(inOrder(published).map(({ manifest }) => manifest.name)).toEqual(["@moldau/producer", "moldau"]);
});

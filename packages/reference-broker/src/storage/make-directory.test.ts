import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeDirectory } from "./make-directory.js";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "directories-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("making a directory", () => {
  test("makes those above it, and is content with one that is there", async () => {
    const path = join(root, "a/b/c");
    await makeDirectory(path);
    await makeDirectory(path);
    expect(existsSync(path)).toBe(true);
    mkdirSync(join(root, "real"));
    symlinkSync(join(root, "real"), join(root, "link"));
    await makeDirectory(join(root, "link"));
    await makeDirectory(join(root, "link/deeper"));
    expect(existsSync(join(root, "real/deeper"))).toBe(true);
  });

  test("is done by several at once", async () => {
    await Promise.all(Array.from({ length: 8 }, () => makeDirectory(join(root, "x/y/z"))));
    expect(existsSync(join(root, "x/y/z"))).toBe(true);
  });

  test("is refused where a file is in the way, or a link that leads nowhere", async () => {
    writeFileSync(join(root, "file"), "");
    symlinkSync(join(root, "nowhere"), join(root, "dangling"));
    await expect(makeDirectory(join(root, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(makeDirectory(join(root, "file/below"))).rejects.toMatchObject({ code: "ENOTDIR" });
    await expect(makeDirectory(join(root, "dangling"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(makeDirectory(join(root, "dangling/below"))).rejects.toMatchObject({ code: "EEXIST" });
  });

  // Linux's own: a file system in which every directory is there, and none can be made.
  test.skipIf(!existsSync("/proc/self"))(
    "ends where a file system says of a parent that is there that it is not",
    async () => {
      await expect(makeDirectory("/proc/of-no-process")).rejects.toMatchObject({ code: "ENOENT" });
      await expect(makeDirectory("/proc/of-no-process/a/b")).rejects.toMatchObject({ code: "ENOENT" });
    },
  );
});

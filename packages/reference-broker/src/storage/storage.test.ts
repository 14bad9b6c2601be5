import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DiskStorage } from "./disk.js";
import { FaultyStorage } from "./faulty.js";
import { MemoryStorage } from "./memory.js";
import { type Storage, storageErrorCode } from "./storage.js";

const temporary: string[] = [];

async function make(kind: "memory" | "disk"): Promise<{ storage: Storage; dir: string }> {
  const storage = kind === "memory" ? new MemoryStorage() : new DiskStorage();
  const root = kind === "memory" ? "root" : await mkdtemp(join(tmpdir(), "moldau-storage-"));
  if (kind === "disk") temporary.push(root);
  const dir = `${root}/a/b`;
  await storage.makeDir(dir);
  return { storage, dir };
}

afterAll(async () => {
  for (const root of temporary) await rm(root, { recursive: true, force: true });
});

describe.each(["memory", "disk"] as const)("storage on %s", (kind) => {
  it("shows a reopened file as it was written", async () => {
    const { storage, dir } = await make(kind);
    const file = await storage.open(`${dir}/f`, { create: true });
    await file.writev(0, [Buffer.from("hello "), Buffer.alloc(0), Buffer.from("world")]);
    await file.writev(6, [Buffer.from("W")]);
    await file.fsync();
    await file.close();
    await file.close();
    const again = await storage.open(`${dir}/f`);
    expect(again.size()).toBe(11);
    expect((await again.readAt(0, 100)).toString()).toBe("hello World");
    expect((await again.readAt(6, 2)).toString()).toBe("Wo");
    expect(await again.readAt(11, 5)).toHaveLength(0);
    await again.close();
    expect((await storage.readFile(`${dir}/f`))?.toString()).toBe("hello World");
  });

  it("reads across the pieces in which a large file was written", async () => {
    const { storage, dir } = await make(kind);
    const file = await storage.open(`${dir}/f`, { create: true });
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 31) >>> 7));
    for (let position = 0; position < bytes.length; position += 77_777)
      await file.writev(position, [bytes.subarray(position, position + 77_777)]);
    for (const [position, length] of [
      [0, 3_000_000],
      [4095, 2],
      [1_048_000, 1000],
      [2_999_999, 10],
    ] as const) {
      expect((await file.readAt(position, length)).equals(bytes.subarray(position, position + length))).toBe(true);
    }
    await file.close();
  });

  it("writes more buffers than one system call takes", async () => {
    const { storage, dir } = await make(kind);
    const file = await storage.open(`${dir}/f`, { create: true });
    await file.writev(
      0,
      Array.from({ length: 5000 }, (_, index) => Buffer.from(`${index % 10}`)),
    );
    expect((await file.readAt(0, 10_000)).toString()).toBe("0123456789".repeat(500));
    await file.close();
  });

  it("cuts a file, also to more than it had, and keeps what was read before as it was", async () => {
    const { storage, dir } = await make(kind);
    const file = await storage.open(`${dir}/f`, { create: true });
    await file.writev(0, [Buffer.from("0123456789")]);
    const before = await file.readAt(0, 10);
    await file.truncate(4);
    await file.writev(4, [Buffer.from("xyz")]);
    expect(before.toString()).toBe("0123456789");
    expect((await file.readAt(0, 100)).toString()).toBe("0123xyz");
    await file.truncate(9);
    expect((await file.readAt(5, 100)).equals(Buffer.from("yz\0\0"))).toBe(true);
    await file.truncate(0);
    expect(file.size()).toBe(0);
    await file.close();
  });

  it("lists, renames and removes files and directories", async () => {
    const { storage, dir } = await make(kind);
    await storage.writeFileAtomic(`${dir}/two`, Buffer.from("2"));
    await storage.writeFileAtomic(`${dir}/one`, Buffer.from("1"));
    await storage.makeDir(`${dir}/sub/deeper`);
    expect(await storage.list(dir)).toEqual(["one", "sub", "two"]);
    await storage.rename(`${dir}/one`, `${dir}/two`);
    expect((await storage.readFile(`${dir}/two`))?.toString()).toBe("1");
    await storage.writeFileAtomic(`${dir}/sub/file`, Buffer.from("x"));
    await storage.rename(`${dir}/sub`, `${dir}/moved`);
    expect(await storage.list(`${dir}/moved`)).toEqual(["deeper", "file"]);
    await storage.remove(`${dir}/two`);
    await storage.remove(`${dir}/two`);
    await storage.removeDir(`${dir}/moved`);
    await storage.removeDir(`${dir}/moved`);
    expect(await storage.list(dir)).toEqual([]);
    expect(await storage.list(`${dir}/moved`)).toEqual([]);
    expect([await storage.exists(dir), await storage.exists(`${dir}/two`)]).toEqual([true, false]);
    await storage.fsyncDir(dir);
  });

  it("says what is missing by the system's code", async () => {
    const { storage, dir } = await make(kind);
    expect(storageErrorCode(await storage.open(`${dir}/none`).catch((error: unknown) => error))).toBe("ENOENT");
    expect(
      storageErrorCode(await storage.open(`${dir}/no/dir`, { create: true }).catch((error: unknown) => error)),
    ).toBe("ENOENT");
    expect(storageErrorCode(await storage.rename(`${dir}/none`, `${dir}/other`).catch((error: unknown) => error))).toBe(
      "ENOENT",
    );
    expect(await storage.readFile(`${dir}/none`)).toBeUndefined();
    const file = await storage.open(`${dir}/f`, { create: true });
    await file.close();
    expect(storageErrorCode(await file.fsync().catch((error: unknown) => error))).toBe("EBADF");
  });

  it("replaces a file as a whole, also when the former attempt was interrupted", async () => {
    const { storage, dir } = await make(kind);
    const leftover = await storage.open(`${dir}/f.tmp`, { create: true });
    await leftover.writev(0, [Buffer.from("a much longer leftover")]);
    await leftover.close();
    await storage.writeFileAtomic(`${dir}/f`, Buffer.from("new"));
    expect((await storage.readFile(`${dir}/f`))?.toString()).toBe("new");
  });
});

describe("memory that forks", () => {
  it("is two storages from then on", async () => {
    const storage = new MemoryStorage();
    const file = await storage.open("f", { create: true });
    await file.writev(0, [Buffer.from("same")]);
    const copy = storage.fork();
    await file.writev(0, [Buffer.from("here")]);
    expect((await copy.readFile("f"))?.toString()).toBe("same");
    expect(storage.sizeInBytes).toBe(4);
  });

  it("forgets in a power failure what was appended since the last flush", async () => {
    const storage = new MemoryStorage();
    const file = await storage.open("f", { create: true });
    await file.writev(0, [Buffer.from("flushed")]);
    await file.fsync();
    await file.writev(7, [Buffer.from(" and not")]);
    expect((await storage.fork({ loseUnflushed: true }).readFile("f"))?.toString()).toBe("flushed");
  });
});

describe("a storage that is told to fail", () => {
  it("fails the named operations on the named files as often as it was told", async () => {
    const storage = new FaultyStorage(new MemoryStorage());
    const file = await storage.open("f.log", { create: true });
    storage.fail({ operation: "write", path: /\.log$/, times: 2, code: "EDQUOT" });
    storage.fail({ operation: "fsync", path: /\.index$/ });
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(file.writev(0, [Buffer.from("x")])).rejects.toMatchObject({ code: "EDQUOT" });
    await file.writev(0, [Buffer.from("x")]);
    await file.fsync();
  });

  it("tears a write where it was told, and the disk is full where it ends", async () => {
    const storage = new FaultyStorage(new MemoryStorage());
    const file = await storage.open("f", { create: true });
    storage.fail({ operation: "write", keepBytes: 3 });
    await expect(file.writev(0, [Buffer.from("ab"), Buffer.from("cdef")])).rejects.toMatchObject({ code: "EIO" });
    expect((await storage.readFile("f"))?.toString()).toBe("abc");
    storage.limitFreeSpace(2);
    await expect(file.writev(3, [Buffer.from("defg")])).rejects.toMatchObject({ code: "ENOSPC" });
    expect((await storage.readFile("f"))?.toString()).toBe("abcde");
    storage.heal();
    await file.writev(5, [Buffer.from("fg")]);
  });
});

import { describe, expect, it } from "vitest";
import { readOffsetCheckpoints, writeOffsetCheckpoints } from "./checkpoint-file.js";
import { takeCleanShutdown, writeCleanShutdown } from "./clean-shutdown.js";
import { MemoryStorage } from "./memory.js";

describe("a checkpoint file of offsets", () => {
  it("has the text form of Apache Kafka", async () => {
    const storage = new MemoryStorage();
    await writeOffsetCheckpoints(storage, "recovery-point-offset-checkpoint", [
      { topic: "flights", partition: 0, offset: 1841n },
      { topic: "flights", partition: 11, offset: 9_007_199_254_740_993n },
    ]);
    const text = (await storage.readFile("recovery-point-offset-checkpoint"))?.toString();
    expect(text).toBe("0\n2\nflights 0 1841\nflights 11 9007199254740993\n");
  });

  it("is read as it was written, and empty when there is none", async () => {
    const storage = new MemoryStorage();
    const entries = [{ topic: "a", partition: 3, offset: 5n }];
    expect(await readOffsetCheckpoints(storage, "f")).toEqual([]);
    await writeOffsetCheckpoints(storage, "f", entries);
    expect(await readOffsetCheckpoints(storage, "f")).toEqual(entries);
    await writeOffsetCheckpoints(storage, "f", []);
    expect(await readOffsetCheckpoints(storage, "f")).toEqual([]);
  });

  it("is refused with the file's name when it is malformed", async () => {
    for (const text of [
      "",
      "1\n0\n",
      "0\n",
      "0\n2\na 0 1\n",
      "0\n1\na 0\n",
      "0\n1\na x 1\n",
      "0\n1\na 0 1 2\n",
      "0\n1\na 0 many\n",
    ]) {
      const storage = new MemoryStorage();
      await storage.writeFileAtomic("the-file", Buffer.from(text));
      await expect(readOffsetCheckpoints(storage, "the-file"), JSON.stringify(text)).rejects.toMatchObject({
        name: "CheckpointError",
        file: "the-file",
      });
    }
  });
});

describe("the mark of a clean shutdown", () => {
  it("is there once after it was written, and then no more", async () => {
    const storage = new MemoryStorage();
    await storage.makeDir("data");
    expect(await takeCleanShutdown(storage, "data")).toBe(false);
    await writeCleanShutdown(storage, "data", 7);
    expect((await storage.readFile("data/.kafka_cleanshutdown"))?.toString()).toBe('{"version":0,"brokerEpoch":7}');
    expect(await takeCleanShutdown(storage, "data")).toBe(true);
    expect(await takeCleanShutdown(storage, "data")).toBe(false);
  });
});

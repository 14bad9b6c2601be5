import { readBatches, Uuid, writeBatch } from "@moldau/protocol-codec";
import { systemClock } from "@moldau/platform";
import { expect, test } from "vitest";
import { MemoryStorage } from "../storage/memory.js";
import type { OpenOptions, StorageFile } from "../storage/storage.js";
import { defaultLogConfig } from "./log-config.js";
import { PartitionLog } from "./log.js";

/** A memory whose next reads of record files wait for these gates, one after the other. */
class GatedStorage extends MemoryStorage {
  gates: Promise<void>[] = [];

  override async open(path: string, options?: OpenOptions): Promise<StorageFile> {
    const file = await super.open(path, options);
    return {
      readAt: async (position, length) => {
        const bytes = Buffer.from(await file.readAt(position, length));
        if (path.endsWith(".log")) await this.gates.shift();
        return bytes;
      },
      writev: (position, buffers) => file.writev(position, buffers),
      truncate: (size) => file.truncate(size),
      fsync: () => file.fsync(),
      size: () => file.size(),
      close: () => file.close(),
    };
  }
}

test("a reader that was at work while records were cut off leaves no trace of where they stood", async () => {
  const storage = new GatedStorage();
  const of = { topic: "orders", partition: 0, topicId: Uuid.metadataTopic };
  const log = await PartitionLog.open({
    storage,
    dir: "orders-0",
    config: defaultLogConfig,
    clock: systemClock,
    ...of,
  });
  const append = (value: string) => log.append(writeBatch({}, [{ value }]), { leaderEpoch: 0, origin: "client" });
  const valuesAt = async (offset: bigint) => {
    const { records } = await log.read(offset, { maxBytes: 1 << 20 });
    return [...readBatches(records)].flatMap((batch) => [...batch].map(({ value }) => String(value)));
  };
  await append("first");
  await append("short");
  let open: () => void = () => undefined;
  // The first look finds the batch, the second one reads it.
  storage.gates = [Promise.resolve(), new Promise((resolve) => (open = resolve))];
  const reading = valuesAt(1n);
  await new Promise((resolve) => setImmediate(resolve));
  expect(storage.gates).toEqual([]);
  await log.truncateTo(1n);
  await append("something that is much longer than it was before");
  await append("behind");
  open();
  await reading;
  // The place behind the short record lies in the middle of the long one now.
  expect(await valuesAt(2n)).toEqual(["behind"]);
});

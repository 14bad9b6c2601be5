import { crc32c, Fetch } from "@moldau/protocol-codec";
import { KafkaError } from "moldau";
import { describe, expect, it } from "vitest";
import { startConsuming, takeValues, type Consuming } from "../support/consuming.js";

/** Changes the batch that begins at offset 1, wherever an answer has it. */
function damage({ broker }: Consuming, change: (batch: Buffer) => void): void {
  const damaged = (records: Buffer | readonly Buffer[]): Buffer => {
    const copy = Buffer.concat(Buffer.isBuffer(records) ? [records] : records);
    for (let at = 0; at < copy.length; at += 12 + copy.readInt32BE(at + 8))
      if (copy.readBigInt64BE(at) === 1n) change(copy.subarray(at, at + 12 + copy.readInt32BE(at + 8)));
    return copy;
  };
  broker.intercept({ api: Fetch }, async (request) => {
    const answer = await request.apply();
    if (answer === undefined) return;
    const responses = (answer.responses ?? []).map(({ partitions = [], ...topic }) => ({
      ...topic,
      partitions: partitions.map((each) => (each.records ? { ...each, records: damaged(each.records) } : each)),
    }));
    request.respond({ ...answer, responses });
  });
}

function resealed(batch: Buffer): void {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
}

const damages: Readonly<Record<string, readonly [code: string, change: (batch: Buffer) => void]>> = {
  "its checksum is wrong": ["CORRUPT_MESSAGE", (batch) => void batch.writeUInt8(batch.readUInt8(70) ^ 1, 70)],
  "its compression cannot be opened": [
    "CLIENT_DECOMPRESSION_FAILED",
    (batch) => {
      batch.writeUInt16BE(1, 21);
      resealed(batch);
    },
  ],
  "one of its records makes no sense": [
    "CLIENT_DECODE_FAILED",
    (batch) => {
      batch.writeUInt8(1, 61);
      resealed(batch);
    },
  ],
};

describe("a batch of three that cannot be read", () => {
  it.each(Object.entries(damages))(
    "since %s: the error says where reading may go on, and there it goes on",
    async (_why, [code, change]) => {
      await using run = await startConsuming();
      for (const values of [["good"], ["a", "b", "c"], ["good again"]]) await run.send("orders", 0, values);
      damage(run, change);
      const consumer = run.consumer();
      const values: string[] = [];
      const reading = async (): Promise<void> => {
        for await (const { value } of consumer) values.push(String(value));
      };
      const error: unknown = await reading().catch((reason: unknown) => reason);
      expect(values).toEqual(["good"]);
      expect(error).toMatchObject({ code, topic: "orders", partition: 0, nextOffset: 4n });
      if (!(error instanceof KafkaError) || error.nextOffset === undefined) throw error;
      expect(error.message).toMatch(/\. Seek to offset 4 to leave the batch out\.$/);
      consumer.seek({ topic: "orders", partition: 0, offset: error.nextOffset });
      expect(await takeValues(consumer, 1)).toEqual(["good again"]);
    },
  );

  it("and whose header says that it ends behind the log: the error names no offset", async () => {
    await using run = await startConsuming();
    for (const values of [["good"], ["a", "b", "c"]]) await run.send("orders", 0, values);
    damage(run, (batch) => void batch.writeInt32BE(1_000_000, 23));
    const next = takeValues(run.consumer(), 2);
    const error: unknown = await next.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "CORRUPT_MESSAGE", message: expect.stringContaining("Seek past the batch") });
    expect(error).not.toHaveProperty("nextOffset");
  });
});

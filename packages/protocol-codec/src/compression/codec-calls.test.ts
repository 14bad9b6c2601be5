import { describe, expect, it } from "vitest";
import { DecodeError, EncodeError } from "../errors.js";
import { readBatches } from "../records/read-batches.js";
import { writeBatch, writeBatchAsync } from "../records/write-batch.js";
import { writeMessageSet } from "../records/write-message-set.js";
import type { CompressionCodec } from "./codec.js";

const records = [
  { timestamp: 1, key: "a key", value: "a value, Žižkov" },
  { timestamp: 2, key: null, value: "another" },
];
const texts = ["a key", "a value, Žižkov", null, "another"];

/** A codec that leaves bytes as they are, but for what is done to each answer. */
const codecOf = (answer: (bytes: Uint8Array) => unknown): CompressionCodec => ({
  id: 3,
  name: "lz4",
  compress: (input) => answer(input) as Uint8Array,
  decompress: (input) => answer(input) as Uint8Array,
});
const plain = codecOf((bytes) => new Uint8Array(bytes));
const thenable = codecOf((bytes) => ({
  // What promises of other libraries have in common.
  // oxlint-disable-next-line unicorn/no-thenable
  then: (done: (value: Uint8Array) => void) => done(new Uint8Array(bytes)),
}));
const promising = codecOf((bytes) => Promise.resolve(new Uint8Array(bytes)));

const batchOf = (bytes: Buffer, codec: CompressionCodec) => [...readBatches(bytes, { codecs: { lz4: codec } })][0]!;

function textsOf(cursor: { next(): boolean; keyText: string | null; valueText: string | null }): (string | null)[] {
  const found: (string | null)[] = [];
  while (cursor.next()) found.push(cursor.keyText, cursor.valueText);
  return found;
}

function failure(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe("a codec of one's own", () => {
  it.each([
    ["any Uint8Array", plain],
    ["promises", promising],
    ["promises of another library", thenable],
  ])("may answer with %s where it is waited for", async (_, codec) => {
    for (const bytes of [
      await writeBatchAsync({ compression: codec }, records),
      writeMessageSet({ magic: 0, compression: plain }, records),
      writeMessageSet({ magic: 1, compression: plain }, records),
    ]) {
      expect(textsOf(await batchOf(bytes, codec).openAsync())).toEqual(texts);
    }
  });

  it("may answer at once with any Uint8Array", () => {
    for (const bytes of [
      writeBatch({ compression: plain }, records),
      writeMessageSet({ magic: 0, compression: plain }, records),
      writeMessageSet({ magic: 1, compression: plain }, records),
    ])
      expect(textsOf(batchOf(bytes, plain).open())).toEqual(texts);
  });

  it.each([
    ["promises", promising],
    ["promises of another library", thenable],
    ["a promise that fails", codecOf(() => Promise.reject(new Error("too late")))],
  ])("is told to be asynchronous where %s are not waited for", async (_, codec) => {
    const bytes = writeBatch({ compression: plain }, records);
    const legacy = writeMessageSet({ magic: 1, compression: plain }, records);
    for (const run of [
      () => writeBatch({ compression: codec }, records),
      () => writeMessageSet({ magic: 1, compression: codec }, records),
    ]) {
      const error = failure(run);
      expect(error).toBeInstanceOf(EncodeError);
      expect(error).toMatchObject({
        code: "CLIENT_ASYNC_CODEC",
        message: expect.stringMatching(/lz4 codec is asynchronous: /),
      });
    }
    for (const set of [bytes, legacy]) {
      const error = failure(() => batchOf(set, codec).open());
      expect(error).toBeInstanceOf(DecodeError);
      expect(error).toMatchObject({
        code: "CLIENT_ASYNC_CODEC",
        message: expect.stringMatching(/lz4 codec is asynchronous: /),
      });
    }
    // The failure of a promise that nobody waits for must not end the process.
    await new Promise(setImmediate);
  });

  it.each([undefined, null, "text", 5, {}, [[1, 2, 3]], new ArrayBuffer(3)])(
    "that answers with %j is named in the error",
    async (answer) => {
      const codec = codecOf(() => answer);
      const later = codecOf(() => Promise.resolve(answer));
      const bytes = writeBatch({ compression: plain }, records);
      const legacy = writeMessageSet({ magic: 1, compression: plain }, records);
      const wrong = (call: string): unknown =>
        expect.objectContaining({
          code: "CLIENT_INVALID_ARGUMENT",
          message: expect.stringMatching(new RegExp(`^what ${call}\\(\\) of the lz4 codec returned: a Buffer`)),
        });
      expect(() => writeBatch({ compression: codec }, records)).toThrow(wrong("compress"));
      expect(() => writeMessageSet({ magic: 0, compression: codec }, records)).toThrow(wrong("compress"));
      await expect(writeBatchAsync({ compression: later }, records)).rejects.toThrow(wrong("compress"));
      for (const set of [bytes, legacy]) {
        expect(() => batchOf(set, codec).open()).toThrow(wrong("decompress"));
        await expect(batchOf(set, later).openAsync()).rejects.toThrow(wrong("decompress"));
      }
    },
  );
});

describe("what is no codec", () => {
  const { compress, decompress } = plain;

  it.each([
    [null, /^compression: a codec .* wanted, not null$/],
    [5, /^compression: a codec .* wanted, not number 5$/],
    [{}, /^compression\.name: one of none, gzip, snappy, lz4, zstd wanted, not undefined$/],
    [{ ...plain, id: 8 }, /^compression\.id: 3, which is lz4, wanted, not number 8$/],
    [{ ...plain, id: -1 }, /^compression\.id: /],
    [{ ...plain, id: 1.5 }, /^compression\.id: /],
    [{ ...plain, id: "3" }, /^compression\.id: /],
    [{ id: 3, compress, decompress }, /^compression\.name: one of /],
    [{ id: 3, name: "lz4", decompress }, /^compression\.compress: a function wanted, not undefined$/],
    [{ id: 3, name: "lz4", compress, decompress: 5 }, /^compression\.decompress: a function wanted, not number 5$/],
  ])("is refused when it is to write: %j", async (codec, message) => {
    const invalid = expect.objectContaining({
      code: "CLIENT_INVALID_ARGUMENT",
      message: expect.stringMatching(message),
    });
    const compression = codec as never;
    expect(() => writeBatch({ compression }, records)).toThrow(invalid);
    expect(() => writeMessageSet({ magic: 1, compression }, records)).toThrow(invalid);
    await expect(writeBatchAsync({ compression }, records)).rejects.toThrow(invalid);
  });

  it.each([
    [{ gzip: 5 }, /^codecs\.gzip: a codec .* wanted, not number 5$/],
    [{ gzip: null }, /^codecs\.gzip: a codec .* wanted, not null$/],
    [{ gzip: { ...plain, id: 9 } }, /^codecs\.gzip\.id: /],
    [{ gzip: { id: 1, name: "gzip", compress } }, /^codecs\.gzip\.decompress: a function wanted, not undefined$/],
    [5, /^codecs: an object /],
  ])("is refused when it is to read: %j", (codecs, message) => {
    expect(() => readBatches(null, { codecs: codecs as never })).toThrow(
      expect.objectContaining({ code: "CLIENT_INVALID_ARGUMENT", message: expect.stringMatching(message) }),
    );
  });
});

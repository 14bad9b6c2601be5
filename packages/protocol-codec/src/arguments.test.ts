import { describe, expect, test } from "vitest";
import * as codec from "./index.js";
import * as state from "./state.js";

/** Arguments that no compiler has looked at, as plain JavaScript may give them. */
const wrong = (value: unknown): never => value as never;
const request = { apiKey: 3, kind: "request", version: 12 } as const;
const head = { correlationId: 1, clientId: null };

const epoch = (producerEpoch: number): codec.ProducerStamp => ({ producerId: 1n, producerEpoch, baseSequence: 0 });

describe("an argument of the wrong kind is an error that says which, and what is wanted:", () => {
  test.each<[string, () => unknown, string]>([
    ["no bytes", () => codec.decodeMessage(request, wrong(undefined)), "bytes: a Buffer or another Uint8Array wanted"],
    ["text", () => codec.decode(codec.MetadataRequest, 12, wrong("abc")), "wanted, not string abc"],
    ["much text", () => codec.encodeFrame(wrong("x".repeat(9_999))), `wanted, not string ${"x".repeat(60)}…`],
    ["no coordinates", () => codec.decodeMessage(wrong(undefined), Buffer.alloc(1)), "coordinates: an object such as"],
    ["a list of coordinates", () => codec.encodeMessage(wrong([3]), {}), "wanted, not an array"],
    ["no message", () => codec.encode(wrong(undefined), 1, {}), "message: one of the messages"],
    ["another object", () => codec.decode(wrong({}), 1, Buffer.alloc(1)), "such as MetadataRequest, wanted"],
    ["no API", () => codec.encodeRequest(wrong(undefined), 1, head, {}), "api: one of the APIs"],
    ["no API either", () => codec.decodeResponse(wrong({}), 1, Buffer.alloc(9)), "api: one of the APIs"],
    ["no head", () => codec.encodeRequest(codec.Metadata, 12, wrong(undefined), {}), "head: an object such as"],
    ["a number for a head", () => codec.encodeResponse(codec.Metadata, 12, wrong(7), {}), "wanted, not number 7"],
    ["a text for a frame", () => codec.encodeFrame(wrong("abc")), "payload: a Buffer"],
    ["a text for a request", () => codec.decodeAnyRequest(wrong("abc")), "payload: a Buffer"],
    ["nothing for a response", () => codec.decodeCorrelationId(wrong(null)), "payload: a Buffer"],
    ["no options", () => new codec.FrameSplitter(wrong(undefined)), "options: an object such as"],
    ["no limit", () => new codec.FrameSplitter({ maxFrameBytes: Number.NaN }), "maxFrameBytes: a whole number"],
    ["a text for a chunk", () => new codec.FrameSplitter({ maxFrameBytes: 9 }).push(wrong("a")), "chunk: a Buffer"],
    [
      "a place beyond the end",
      () => codec.decodeRequest(codec.Metadata, 12, Buffer.alloc(3), 4),
      "offset: a place in 3",
    ],
    [
      "no place",
      () => codec.decodeRequest(codec.Metadata, 12, Buffer.alloc(3), wrong(null)),
      "body: an object such as",
    ],
    [
      "a switch for trailing bytes",
      () => codec.decodeRequest(codec.Metadata, 12, Buffer.alloc(3), { bodyOffset: 0, trailingBytes: wrong(true) }),
      'trailingBytes: "refuse" or "ignore" wanted',
    ],
    ["a text for a subscription", () => codec.decodeSubscription(wrong("abc")), "bytes: a Buffer"],
    [
      "a log that is none",
      () => state.decodeCoordinatorRecord(wrong("toString"), { key: Buffer.alloc(2), value: null }),
      "log: one of __consumer_offsets, __transaction_state, __share_group_state wanted",
    ],
    ["a text for a record", () => state.decodeMetadataRecord(wrong("abc")), "bytes: a Buffer"],
    ["nothing behind a version", () => state.decodeVersioned(codec.MetadataRequest, wrong(null)), "bytes: a Buffer"],
    ["a text for a record set", () => codec.readBatches(wrong("abc")), "recordSet: a Buffer"],
    ["no record set", () => codec.readBatches(wrong(undefined)), "recordSet: a Buffer or another Uint8Array wanted"],
    ["a list of texts", () => codec.readBatches(wrong(["abc"])), "wanted, not string abc"],
    [
      "no limit of reading",
      () => codec.readBatches(null, { maxDecompressedBytes: Number.NaN }),
      "maxDecompressedBytes",
    ],
    ["null for options", () => codec.readBatches(null, wrong(null)), "options: an object such as"],
    ["no builder's options", () => new codec.BatchBuilder(wrong(undefined)), "options: an object such as"],
    ["text for memory", () => new codec.BatchBuilder({ maxBytes: 9, buffer: wrong("x") }), "buffer: a Buffer"],
    ["a huge number", () => codec.writeBatch({}, wrong(10n ** 99n)), `not bigint 1${"0".repeat(59)}…`],
    ["nothing to write", () => codec.writeBatch(wrong(undefined), []), "options: an object such as"],
    ["a number for records", () => codec.writeBatch({}, wrong(5)), "records: a list of records wanted, not number 5"],
    ["null for a record", () => codec.writeBatch({}, [wrong(null)]), "records: each: an object such as"],
    ["a number for a value", () => codec.writeBatch({}, [{ value: wrong(5) }]), "not number"],
    [
      "a number for an offset",
      () => codec.writeBatch({}, [{ offset: wrong(5), value: "a" }]),
      "offset: a bigint of 64",
    ],
    ["an offset too large", () => codec.writeBatch({ baseOffset: 2n ** 63n }, []), "baseOffset: a bigint of 64 bits"],
    ["a text for headers", () => codec.writeBatch({}, [{ value: "a", headers: wrong("ab") }]), "not string ab"],
    ["null for headers", () => codec.writeBatch({}, [{ value: "a", headers: wrong(null) }]), "wanted, not null"],
    ["a header without a value", () => codec.writeBatch({}, [{ headers: wrong(["ab"]) }]), "not string ab"],
    ["a number for a header's name", () => codec.writeBatch({}, [{ headers: wrong([[1, "b"]]) }]), "not number 1"],
    [
      "headers for one reading",
      () => codec.writeBatch({}, [{ headers: new Map().entries() }]),
      "only once: give a list",
    ],
    [
      "an offset out of reach of the first",
      () =>
        codec.writeMessageSet({ magic: 1, compression: "gzip" }, [
          { offset: -(2n ** 63n) },
          { offset: 1n, value: "b" },
        ]),
      "offset: a bigint of 64 bits",
    ],
    ["no stamp", () => codec.stampProducer(codec.writeBatch({}, []), wrong(undefined)), "stamp: an object such as"],
    ["an epoch too large", () => codec.stampProducer(codec.writeBatch({}, []), epoch(99_999)), "from -32768 to 32767"],
    ["an id that is no bigint", () => codec.stampProducer(Buffer.alloc(1), wrong({ producerId: 1 })), "producerId: a"],
    ["a time with a fraction", () => codec.setLogAppendTime(codec.writeBatch({}, []), 0, 1.5), "timestampMs: a whole"],
    ["a number for a base", () => codec.setBaseOffset(codec.writeBatch({}, []), 0, wrong(5)), "offset: a bigint"],
    ["a leader epoch too large", () => codec.setPartitionLeaderEpoch(Buffer.alloc(99), 0, 2 ** 40), "epoch: a whole"],
    ["a text for a batch", () => codec.setBaseOffset(wrong("abc"), 0, 5n), "batch: a Buffer wanted"],
    ["no message set", () => codec.writeMessageSet(wrong(undefined), []), "options: an object such as"],
    ["magic 2 for a message set", () => codec.writeMessageSet({ magic: wrong(2) }, []), "magic: 0 or 1 wanted"],
    ["a number in a message set", () => codec.writeMessageSet({ magic: 1 }, [{ value: wrong(5) }]), "not number"],
    ["an object for a key", () => codec.writeMessageSet({ magic: 1 }, [{ key: wrong({ a: 1 }) }]), "not object"],
    ["a time that is none", () => codec.writeMessageSet({ magic: 1 }, [{ timestamp: 1.5 }]), "whole milliseconds"],
    ["zstd in a message set", () => codec.writeMessageSet({ magic: 1, compression: wrong("zstd") }, []), "zstd came"],
    ["an end that is none", () => codec.controlRecord(wrong("COMMITT"), 3), 'type: "ABORT" or "COMMIT" wanted'],
    ["no marker", () => codec.writeTransactionMarker("ABORT", wrong(undefined)), "options: an object such as"],
    ["no control record", () => codec.readControlRecord(wrong(undefined)), "record: an object such as"],
    ["a text for a key", () => codec.readControlRecord({ key: wrong("abcd"), value: null }), "key: a Buffer"],
    ["no record of a log", () => state.encodeMetadataRecord(wrong(undefined), 0, {}), "message: one of the records"],
    ["no key of a log", () => state.encodeCoordinatorKey(wrong(undefined), {}), "message: one of the records"],
    [
      "no key to read",
      () => state.decodeCoordinatorKey(wrong(undefined), Buffer.alloc(2)),
      "message: one of the records",
    ],
    [
      "nothing to read",
      () => state.decodeCoordinatorRecord("__consumer_offsets", wrong(undefined)),
      "record: an object",
    ],
    ["no bytes for a checksum", () => codec.crc32c(wrong(undefined)), "buffer: a Buffer"],
    ["a text for a checksum", () => codec.crc32c(wrong("abc")), "buffer: a Buffer"],
    ["no partitions", () => codec.coordinatorPartition("a", 0), "partitions: a whole number of at least 1"],
    ["a text for an error", () => codec.errorByCode(wrong("6")), "code: a whole number wanted, not string 6"],
    ["no versions", () => codec.decode(wrong({ versions: {} }), 1, Buffer.alloc(9)), "message: one of the messages"],
  ])("%s", (_, call, sentence) => {
    expect(call).toThrow(expect.objectContaining({ code: "CLIENT_INVALID_ARGUMENT" }));
    expect(call).toThrow(sentence);
  });

  test.each<[string, object, string]>([
    ["a list for a message", [], "MetadataRequest v12: an object wanted, not an array"],
    ["a text for a boolean", { allowAutoTopicCreation: "no" }, "a boolean wanted, not string no"],
    ["null for a struct", { topics: [null] }, "topics[0]: an object wanted, not null"],
    ["a number for tags", { unknownTaggedFields: 5 }, "unknownTaggedFields: an array wanted, not number 5"],
    [
      "a tag that is none",
      { unknownTaggedFields: [{ tag: -1, data: Buffer.alloc(1) }] },
      "each has to be { tag, data }",
    ],
    ["a tag too large", { unknownTaggedFields: [{ tag: 2 ** 32, data: Buffer.alloc(1) }] }, "whole number of 32 bits"],
    ["a tag of text", { unknownTaggedFields: [{ tag: 1, data: "x" }] }, "and a Buffer"],
    ["null for a tag", { unknownTaggedFields: [null] }, "each has to be { tag, data }"],
  ])("%s", (_, value, sentence) => {
    const call = (): Buffer => codec.encode(codec.MetadataRequest, 12, wrong(value));
    expect(call).toThrow(codec.EncodeError);
    expect(call).toThrow(sentence);
  });

  test("a version of text", () => {
    codec.encodeMessage(request, {});
    expect(() => codec.encodeMessage({ ...request, version: wrong("12") }, {})).toThrow(
      "MetadataRequest has no version string 12: it has 0-13",
    );
    expect(() => codec.decodeMessage({ ...request, version: wrong("12") }, Buffer.alloc(4))).toThrow(codec.DecodeError);
  });

  test("a version of a message that stands behind its version", () => {
    for (const version of [70_000, -1, wrong("3")]) {
      expect(() => codec.encodeSubscription(version, { topics: ["a"] })).toThrow(codec.EncodeError);
      expect(() => codec.encodeAssignment(version, {})).toThrow("ConsumerProtocolAssignment has no version");
      expect(() => state.encodeVersioned(state.OffsetCommitValue, version, {})).toThrow(codec.EncodeError);
      expect(() => state.encodeMetadataRecord(state.TopicRecord, version, {})).toThrow("TopicRecord has no version");
    }
  });

  test("what is no key, no name and no uuid is not found", () => {
    expect(codec.apiByKey(wrong("length"))).toBeUndefined();
    expect(codec.Uuid.zero.equals(wrong(undefined))).toBe(false);
    expect(codec.Uuid.metadataTopic.equals(wrong(null))).toBe(false);
  });

  test("a header's fields", () => {
    expect(() => codec.encodeResponse(codec.Metadata, 12, { correlationId: wrong("x") }, {})).toThrow(
      "ResponseHeader v1: correlationId: an integer wanted, not string x",
    );
    expect(() => codec.encodeRequest(codec.Metadata, 12, { correlationId: 1, clientId: wrong(5) }, {})).toThrow(
      "RequestHeader v2: clientId: a string wanted, not number 5",
    );
    expect(() => codec.encodeRequest(codec.Metadata, 12, wrong({}), {})).toThrow(codec.EncodeError);
  });
});

test("any Uint8Array is bytes, and is not copied", () => {
  const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
  const bytes = codec.encodeMessage(request, { topics: [{ name: "orders" }] });
  expect(codec.decodeMessage(request, plain(bytes))).toEqual(codec.decodeMessage(request, bytes));
  const login = { apiKey: 36, kind: "request", version: 2 } as const;
  expect(codec.encodeMessage(login, { authBytes: Uint8Array.of(7, 8) })).toEqual(
    codec.encodeMessage(login, { authBytes: Buffer.of(7, 8) }),
  );
  const written = codec.encodeMessage(login, { authBytes: Buffer.alloc(5, 1) });
  const { authBytes } = codec.decode(codec.SaslAuthenticateRequest, 2, plain(written));
  expect(authBytes.buffer).toBe(written.buffer);
  const set = codec.writeBatch({}, [{ value: Uint8Array.of(1, 2) as Buffer }]);
  const [batch] = codec.readBatches(plain(set));
  const [record] = batch ?? [];
  expect(record?.value).toEqual(Buffer.of(1, 2));
  expect(record?.value?.buffer).toBe(set.buffer);
  const [frame] = new codec.FrameSplitter({ maxFrameBytes: 9 }).push(Uint8Array.of(0, 0, 0, 1, 5));
  expect(frame).toEqual(Buffer.of(5));
});

import { describe, expect, test } from "vitest";
import * as codec from "./index.js";
import * as state from "./state.js";

/** Arguments that no compiler has looked at, as plain JavaScript may give them. */
const wrong = (value: unknown): never => value as never;
const request = { apiKey: 3, kind: "request", version: 12 } as const;
const head = { correlationId: 1, clientId: null };

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

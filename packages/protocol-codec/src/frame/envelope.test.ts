import { describe, expect, test } from "vitest";
import { ErrorCode } from "../error-code.js";
import { EncodeError } from "../errors.js";
import { ApiVersions } from "../messages/18-api-versions.js";
import { decodeMessage, encodeMessage } from "../messages/by-key.js";
import { Produce } from "../messages/00-produce.js";
import { Fetch } from "../messages/01-fetch.js";
import { Metadata } from "../messages/03-metadata.js";
import {
  decodeAnyRequest,
  decodeCorrelationId,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  encodeFrame,
  encodeRequest,
  encodeResponse,
} from "./envelope.js";
import { FrameSplitter } from "./splitter.js";

/** The payload of a frame: what is behind the size. */
const payloadOf = (pieces: readonly Buffer[]): Buffer => Buffer.concat(pieces).subarray(4);

const tags = [{ tag: 3, data: Buffer.from("later") }];

describe("a request", () => {
  const head = { correlationId: 7, clientId: "shop" };

  test("of any API is read without knowing which", () => {
    const payload = payloadOf(encodeRequest(Metadata, 12, head, { topics: [{ name: "orders" }] }));
    const { api, header, body } = decodeAnyRequest(payload);
    expect(api).toBe(Metadata);
    expect(header).toEqual({ apiKey: 3, apiVersion: 12, ...head, bodyOffset: 15 });
    expect(body).toMatchObject({ topics: [{ name: "orders" }] });
  });

  test("may have bytes behind its last field only for those who say that they ignore them", () => {
    const long = Buffer.concat([payloadOf(encodeRequest(Metadata, 12, head, { topics: null })), Buffer.from("abc")]);
    const { bodyOffset } = decodeRequestHeader(long);
    expect(() => decodeRequest(Metadata, 12, long, bodyOffset)).toThrow("3 bytes are left over");
    expect(() => decodeRequest(Metadata, 12, long, { bodyOffset })).toThrow("3 bytes are left over");
    expect(() => decodeRequest(Metadata, 12, long, { bodyOffset, trailingBytes: "refuse" })).toThrow(
      "3 bytes are left",
    );
    expect(decodeRequest(Metadata, 12, long, { bodyOffset, trailingBytes: "ignore" })).toMatchObject({ topics: null });
  });

  test("keeps the tagged fields of its header, so that a proxy loses nothing", () => {
    const pieces = encodeRequest(Metadata, 12, { ...head, unknownTaggedFields: tags }, {});
    const { api, header, body } = decodeAnyRequest(payloadOf(pieces));
    expect(header.unknownTaggedFields).toEqual(tags);
    expect(Buffer.concat(encodeRequest(api, 12, header, body))).toEqual(Buffer.concat(pieces));
  });

  test("does not drop what its header has no place for", () => {
    expect(() => encodeRequest(Metadata, 8, { ...head, unknownTaggedFields: tags }, {})).toThrow(
      "RequestHeader v1: unknownTaggedFields in a version that has no tagged fields",
    );
    const none = encodeRequest(Metadata, 8, { ...head, unknownTaggedFields: [] }, {});
    expect(none).toEqual(encodeRequest(Metadata, 8, head, {}));
    expect(() => encodeRequest(Metadata, 8, { ...head, unknownTaggedFields: 5 as never }, {})).toThrow(
      "RequestHeader v1: unknownTaggedFields: an array wanted, not number 5",
    );
  });

  test("says which field of its header is missing or wrong", () => {
    const failure = (given: object, version = 12): unknown => {
      try {
        return encodeRequest(Metadata, version, given as typeof head, {});
      } catch (error) {
        return error;
      }
    };
    for (const [given, path, message] of [
      [{ clientId: "a" }, "correlationId", "RequestHeader v2: correlationId: an integer wanted, not undefined"],
      [{ correlationId: 1 }, "clientId", "RequestHeader v2: clientId: a string wanted, not undefined"],
      [{}, "correlationId", "RequestHeader v2: correlationId: an integer wanted, not undefined"],
      [{ correlationId: "1" }, "correlationId", "RequestHeader v2: correlationId: an integer wanted, not string 1"],
      [{ correlationId: 1, clientId: 2 }, "clientId", "RequestHeader v2: clientId: a string wanted, not number 2"],
    ] as const) {
      const error = failure(given);
      expect(error).toBeInstanceOf(EncodeError);
      expect(error).toMatchObject({ path, message });
    }
    expect(failure(head, "x" as never)).toMatchObject({ path: "requestApiVersion" });
  });

  test("of an API that only controllers speak, or that Kafka removed, has a header that is read right", () => {
    const read = (apiKey: number, version: number): number => {
      const payload = payloadOf(encodeRequest(Metadata, 12, { ...head, unknownTaggedFields: tags }, {}));
      payload.writeInt16BE(apiKey, 0);
      payload.writeInt16BE(version, 2);
      return decodeRequestHeader(payload).bodyOffset;
    };
    const [classic, flexible] = [14, 22];
    const vote = 52;
    const beginQuorumEpoch = 53;
    const leaderAndIsr = 4;
    expect(read(vote, 0)).toBe(flexible);
    expect([read(beginQuorumEpoch, 0), read(beginQuorumEpoch, 1)]).toEqual([classic, flexible]);
    expect([read(leaderAndIsr, 3), read(leaderAndIsr, 4)]).toEqual([classic, flexible]);
    // Nobody knows what comes after the header here.
    expect([read(999, 12), read(-1, 12)]).toEqual([classic, classic]);
  });

  test("of an API that is not known, or cut short anywhere in its header, is refused, with the field", () => {
    const payload = payloadOf(encodeRequest(Metadata, 12, head, {}));
    const { bodyOffset } = decodeRequestHeader(payload);
    for (let length = 0; length < bodyOffset; length++)
      expect(() => decodeRequestHeader(payload.subarray(0, length))).toThrow(/^RequestHeader v[12]: \w+: /);
    expect(() => decodeRequestHeader(payload.subarray(0, bodyOffset - 1))).toThrow(
      "RequestHeader v2: unknownTaggedFields: the bytes end inside a varint",
    );
    payload.writeInt16BE(4, 0);
    expect(() => decodeAnyRequest(payload)).toThrow("no request has the API key 4");
  });
});

describe("a response", () => {
  test("keeps the tagged fields of its header, so that a proxy loses nothing", () => {
    const pieces = encodeResponse(Metadata, 12, { correlationId: 9, unknownTaggedFields: tags }, {});
    const response = decodeResponse(Metadata, 12, payloadOf(pieces));
    expect(response).toMatchObject({ correlationId: 9, version: 12, unknownTaggedFields: tags });
    expect(Buffer.concat(encodeResponse(Metadata, 12, response, response.body))).toEqual(Buffer.concat(pieces));
  });

  test("does not drop what its header has no place for, and says when the correlation id is missing", () => {
    const given = { correlationId: 1, unknownTaggedFields: tags };
    expect(() => encodeResponse(ApiVersions, 3, given, {})).toThrow(
      "ResponseHeader v0: unknownTaggedFields in a version that has no tagged fields",
    );
    expect(encodeResponse(ApiVersions, 3, { correlationId: 1, unknownTaggedFields: [] }, {})).toEqual(
      encodeResponse(ApiVersions, 3, { correlationId: 1 }, {}),
    );
    expect(() => encodeResponse(Metadata, 12, {} as never, {})).toThrow(
      "ResponseHeader v1: correlationId: an integer wanted, not undefined",
    );
  });

  test("tells which request it answers without its body being read", () => {
    expect(decodeCorrelationId(payloadOf(encodeResponse(Metadata, 12, { correlationId: -5 }, {})))).toBe(-5);
    expect(() => decodeCorrelationId(Buffer.alloc(3))).toThrow(
      "ResponseHeader v0: correlationId: 4 bytes wanted, 3 left",
    );
  });

  test("that refuses the version of ApiVersions is in version 0, whatever was asked", () => {
    const apiKeys = [{ apiKey: 18, minVersion: 0, maxVersion: 4 }];
    const refusal = { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys };
    const payload = payloadOf(encodeResponse(ApiVersions, 0, { correlationId: 1 }, refusal));
    expect(decodeResponse(ApiVersions, 5, payload)).toMatchObject({ version: 0, body: refusal });
    const accepted = payloadOf(encodeResponse(ApiVersions, 3, { correlationId: 1 }, { apiKeys }));
    expect(decodeResponse(ApiVersions, 3, accepted)).toMatchObject({ version: 3, body: { errorCode: 0, apiKeys } });
  });
});

test("a frame that was not decoded is passed on as it came", () => {
  const payload = Buffer.from("anything");
  const pieces = encodeFrame(payload);
  expect(pieces[1]).toBe(payload);
  expect(new FrameSplitter({ maxFrameBytes: 100 }).push(Buffer.concat(pieces))).toEqual([payload]);
});

test("a frame of 2 GiB and more is refused in a sentence: its size has four bytes with a sign", () => {
  // Never touched, so that it costs no memory.
  const big = Buffer.allocUnsafeSlow(2 ** 30);
  const partitions = [0, 1].map((partitionIndex) => ({ partitionIndex, records: big }));
  const produce = { acks: 1, topicData: [{ name: "orders", partitionData: [{ index: 0, records: [big, big, big] }] }] };
  const head = { correlationId: 1, clientId: "shop" };
  const refusals = [
    [() => encodeRequest(Produce, 9, head, produce), /^ProduceRequest v9: a frame of 32212255\d\d bytes: at most/],
    [
      () => encodeResponse(Fetch, 11, head, { responses: [{ topic: "orders", partitions }] }),
      /^FetchResponse v11: a fra/,
    ],
    [() => encodeFrame(new Uint8Array(2 ** 31)), /^a frame of 2147483648 bytes: at most 2147483647 fit/],
  ] as const;
  for (const [encoding, sentence] of refusals) {
    expect(encoding).toThrow(EncodeError);
    expect(encoding).toThrow(sentence);
  }
  expect(encodeFrame(Buffer.allocUnsafeSlow(2 ** 31 - 1))[0]).toEqual(Buffer.from("7fffffff", "hex"));
});

describe("messages by their API key", () => {
  const request = { apiKey: 3, kind: "request", version: 12 } as const;
  const thrownBy = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return error;
    }
  };

  test("refuse fields that the message does not have, at any depth, so that no misspelt one is lost", () => {
    const error = thrownBy(() => encodeMessage(request, { topcs: [] }));
    expect(error).toBeInstanceOf(EncodeError);
    expect(error).toMatchObject({ apiKey: 3, apiVersion: 12, path: "topcs" });
    expect(() => encodeMessage(request, { topics: [{}, { nam: "orders" }] })).toThrow(
      "MetadataRequest v12: topics[1].nam: the message has no such field in any version",
    );
    expect(() => encodeMessage(request, { topics: [{ name: "a", unknownTaggedFields: tags }] })).not.toThrow();
    expect(() => encodeMessage(request, { toString: 1 })).toThrow("toString: the message has no such field");
  });

  test("say in their errors which message it was", () => {
    const facts = { apiKey: 3, apiName: "Metadata", apiVersion: 12 };
    expect(thrownBy(() => decodeMessage(request, Buffer.from("02", "hex")))).toMatchObject({
      ...facts,
      path: "topics",
      position: 1,
    });
    expect(thrownBy(() => encodeMessage(request, { topics: 5 }))).toMatchObject({ ...facts, path: "topics" });
    expect(thrownBy(() => decodeMessage({ ...request, version: 99 }, Buffer.alloc(0)))).toMatchObject({
      apiKey: 3,
      apiVersion: 99,
    });
  });

  test("are requests or responses, and nothing else", () => {
    expect(() => decodeMessage({ ...request, kind: "answer" as never }, Buffer.alloc(0))).toThrow("no answer has");
    expect(() => encodeMessage({ ...request, apiKey: 4 }, {})).toThrow("no request has the API key 4");
  });
});

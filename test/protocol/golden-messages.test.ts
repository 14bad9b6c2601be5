import * as codec from "@moldau/protocol-codec";
import {
  apiByKey,
  decode,
  decodeAssignment,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  decodeSubscription,
  encode,
} from "@moldau/protocol-codec";
import { encodeRequest, encodeResponse, type Message } from "@moldau/protocol-codec";
import * as state from "@moldau/protocol-codec/state";
import { encodeVersioned } from "@moldau/protocol-codec/state";
import { compileDecoder, Reader, type DecoderKind } from "@moldau/protocol-codec/internal";
import { describe, expect, test } from "vitest";
import { asGolden, firstDifference, goldenLines, type MessageVector } from "../support/golden.js";

const vectors = goldenLines<MessageVector>("messages.jsonl.gz").filter(({ scope }) => scope !== "controller");
const bodies = vectors.filter(({ kind }) => kind !== "frame");
const frames = vectors.filter(({ kind }) => kind === "frame");
const exported: Readonly<Record<string, unknown>> = { ...codec, ...state };

function messageNamed(name: string): Message {
  const message = exported[name];
  if (typeof message !== "object" || message === null || !("fields" in message))
    throw new Error(`the codec exports no ${name}`);
  return message as Message;
}

const title = ({ name, version, case: which }: MessageVector): string => `${name} v${version} ${which}`;

/** What is wrong with the vectors, one line each; an empty list is what a test wants. */
function faults(of: readonly MessageVector[], check: (vector: MessageVector) => string | undefined): string[] {
  return of.flatMap((vector) => {
    const fault = check(vector);
    return fault === undefined ? [] : [`${title(vector)}: ${fault}`];
  });
}

describe("every message vector that Apache Kafka wrote", () => {
  test("is there in numbers: no API was left out", () => {
    expect(bodies.length).toBeGreaterThan(5_900);
    expect(new Set(bodies.map(({ name }) => name)).size).toBeGreaterThan(160);
  });

  test.each<DecoderKind>(["cursor", "parser"])(
    "decodes to its value through the %s decoder, to the last byte",
    (kind) => {
      const read = (vector: MessageVector): string | undefined => {
        const reader = new Reader(Buffer.from(vector.hex, "hex"));
        const value = compileDecoder(messageNamed(vector.name), vector.version, kind)(reader);
        return reader.left > 0 ? `${reader.left} bytes left over` : firstDifference(vector.value, asGolden(value));
      };
      expect(faults(bodies, read)).toEqual([]);
    },
  );

  test("encodes back to the same bytes", () => {
    const again = (vector: MessageVector): string | undefined => {
      const message = messageNamed(vector.name);
      const hex = encode(
        message,
        vector.version,
        decode(message, vector.version, Buffer.from(vector.hex, "hex")),
      ).toString("hex");
      return hex === vector.hex ? undefined : `${hex} instead of ${vector.hex}`;
    };
    expect(faults(bodies, again)).toEqual([]);
  });
});

test("subscriptions and assignments carry their version in front, as inside JoinGroup and SyncGroup", () => {
  const embedded = bodies.filter(({ name }) => name.startsWith("ConsumerProtocol"));
  expect(embedded.length).toBeGreaterThan(70);
  const check = ({ name, version, prefixedHex, value }: MessageVector): string | undefined => {
    const bytes = Buffer.from(prefixedHex ?? "", "hex");
    const decoded = name === "ConsumerProtocolSubscription" ? decodeSubscription(bytes) : decodeAssignment(bytes);
    const { version: stated, ...body } = decoded;
    if (stated !== version) return `version ${stated}`;
    if (!encodeVersioned(messageNamed(name), version, body).equals(bytes)) return "encodes to other bytes";
    return firstDifference(value, asGolden(body));
  };
  expect(faults(embedded, check)).toEqual([]);
});

test("whole frames have the right header for their API and version, in both directions", () => {
  expect(frames.length).toBeGreaterThan(400);
  const check = (vector: MessageVector): string | undefined => {
    const { name, apiKey, version, header, value, hex } = vector;
    const bytes = Buffer.from(hex, "hex");
    const payload = bytes.subarray(4);
    const api = apiByKey(apiKey);
    if (api === undefined || header === undefined) return "no such API";
    const correlationId = header.correlationId;
    if (name.endsWith("Request")) {
      const head = decodeRequestHeader(payload);
      if (head.apiKey !== apiKey || head.apiVersion !== version || head.correlationId !== correlationId)
        return "another header";
      if (head.clientId !== (header.clientId ?? null)) return `client id ${head.clientId}`;
      const body = decodeRequest(api, version, payload, head.bodyOffset);
      if (!Buffer.concat(encodeRequest(api, version, head, body)).equals(bytes)) return "encodes to other bytes";
      return firstDifference(value, asGolden(body));
    }
    const response = decodeResponse(api, version, payload);
    if (response.correlationId !== correlationId) return `correlation id ${response.correlationId}`;
    if (!Buffer.concat(encodeResponse(api, version, response, response.body)).equals(bytes))
      return "encodes to other bytes";
    return firstDifference(value, asGolden(response.body));
  };
  expect(faults(frames, check)).toEqual([]);
});

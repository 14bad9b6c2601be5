import {
  apiByKey,
  apis,
  decode,
  DecodeError,
  decodeAssignment,
  decodeCoordinatorKey,
  decodeMessage,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  decodeSubscription,
  encode,
  encodeCoordinatorKey,
  encodeMetadataRecord,
  encodeRequest,
  encodeResponse,
  encodeVersioned,
  readMetadataRecordHead,
  type Api,
} from "@moldau/protocol-codec";
import { Reader } from "@moldau/protocol-codec/internal";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryMessage, includes } from "../support/arbitrary-messages.js";
import { decodeThrough, type Decoded } from "../support/decoders.js";
import { everyMessage, everyVersion, versionsOf, type MessageVersion } from "../support/every-message.js";
import { exactDifference } from "../support/exact-difference.js";
import { goldenLines, type MessageVector } from "../support/golden.js";
import { mutated, mutation } from "../support/mutations.js";

const vectors = goldenLines<MessageVector>("messages.jsonl.gz").filter(
  ({ scope, hex }) => scope !== "controller" && hex.length > 0,
);
const bodies = vectors.filter(({ kind }) => kind === "request" || kind === "response");
const frames = vectors.filter(({ kind }) => kind === "frame");
const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 });

/** What both decoders make of bytes; fails when that is not the same, or when one of them throws anything but its own failure. */
function throughBoth(which: MessageVersion, bytes: Buffer): Decoded {
  const cursor = decodeThrough("cursor", which, new Reader(bytes));
  const parser = decodeThrough("parser", which, new Reader(bytes));
  const where = `${which.message.name} v${which.version} of ${bytes.toString("hex")}`;
  if ("failure" in cursor || "failure" in parser) {
    if ("failure" in cursor !== "failure" in parser)
      throw new Error(`${where}: cursor ${JSON.stringify(cursor)}, parser ${JSON.stringify(parser)}`);
    return cursor;
  }
  const difference = exactDifference(cursor.value, parser.value);
  must(difference === undefined, `${where}: ${difference}`);
  return cursor;
}

/**
 * Goes through a public door: what comes out has to be what both decoders say, and a refusal has to be one typed error that names the
 * message, its version and the field. Returns whether it was refused.
 */
function goThrough(which: MessageVersion, bytes: Buffer, door: () => unknown): boolean {
  const expected = throughBoth(which, bytes);
  let given: unknown;
  try {
    given = door();
  } catch (error) {
    must("failure" in expected, `refused, although both decoders take it: ${String(error)}`);
    expectFieldNamed(error, which);
    return true;
  }
  if ("failure" in expected) throw new Error(`taken although ${expected.failure}`);
  const difference = exactDifference(expected.value, given);
  must(difference === undefined, `${difference}`);
  return false;
}

function expectFieldNamed(error: unknown, { message, version }: MessageVersion): void {
  const { path, position, message: sentence } = expectDecodeError(error);
  const prefix = `${message.name} v${version}: `;
  must(typeof position === "number" && sentence.startsWith(prefix), sentence);
  // No field is at fault where all were read and bytes are left.
  if (path === undefined) return must(/ \d+ bytes are left over after the last field$/.test(sentence), sentence);
  must(sentence.startsWith(`${prefix}${path}: `), sentence);
  // The tagged section of the message itself has no name.
  if (path === "") must(includes(message.flexible, version), sentence);
  else must(/^\w+(\[\d+\])*(\.\w+(\[\d+\])*)*$/.test(path), sentence);
}

function expectDecodeError(error: unknown): DecodeError {
  must(error instanceof DecodeError && error.code === "CLIENT_DECODE_FAILED", String(error));
  return error as DecodeError;
}

/** Like an assertion of vitest, which would take most of the time here. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

test("a mutated body decodes to the same value through both decoders and the public door, or gives one typed error", () => {
  let refused = 0;
  const property = fc.property(fc.nat({ max: bodies.length - 1 }), mutations, (index, changes) => {
    const { apiKey, kind, version, hex } = bodies[index]!;
    const where = { apiKey, version, kind: kind === "request" ? kind : ("response" as const) };
    const bytes = mutated(Buffer.from(hex, "hex"), changes);
    const message = apiByKey(apiKey)![where.kind];
    if (goThrough({ message, version }, bytes, () => decodeMessage(where, bytes))) refused++;
  });
  fc.assert(property, { numRuns: 4_000 });
  expect(refused).toBeGreaterThan(500);
});

describe("a mutated frame", () => {
  /** Reads a request as a broker does: the header, then the body as what the header says it is. */
  const readRequest = (payload: Buffer): "refused" | "taken" => {
    let head: ReturnType<typeof decodeRequestHeader>;
    try {
      head = decodeRequestHeader(payload);
    } catch (error) {
      const { message, position } = expectDecodeError(error);
      must(/^RequestHeader: ./.test(message) && typeof position === "number", message);
      return "refused";
    }
    const api = apiByKey(head.apiKey);
    if (api === undefined) return "refused";
    const { apiVersion: version, bodyOffset } = head;
    const door = (): unknown => decodeRequest(api, version, payload, bodyOffset);
    if (!includes(api.request.versions, version)) {
      expect(door).toThrow(`${api.request.name} has no version ${version}: it has `);
      return "refused";
    }
    return goThrough({ message: api.request, version }, payload.subarray(bodyOffset), door) ? "refused" : "taken";
  };

  /** Reads a response as a client does, which knows what it asked for. */
  const readResponse = (api: Api, version: number, payload: Buffer): "refused" | "taken" => {
    const headerBytes = includes(api.response.flexible, version) && api.name !== "ApiVersions" ? 5 : 4;
    // With a tagged field in the header the body begins later; then only the kind of failure can be foretold.
    if (payload.length < headerBytes || (headerBytes === 5 && payload[4] !== 0)) {
      try {
        decodeResponse(api, version, payload);
        return "taken";
      } catch (error) {
        expect(expectDecodeError(error).message).toMatch(
          new RegExp(`^(ResponseHeader|${api.response.name} v${version}): .`),
        );
        return "refused";
      }
    }
    const body = payload.subarray(headerBytes);
    const door = (): unknown => decodeResponse(api, version, payload).body;
    return goThrough({ message: api.response, version }, body, door) ? "refused" : "taken";
  };

  test("that Apache Kafka wrote is read the same through both decoders, or gives one typed error", () => {
    const counts = { refused: 0, taken: 0 };
    const property = fc.property(fc.nat({ max: frames.length - 1 }), mutations, (index, changes) => {
      const { apiKey, version, hex, name } = frames[index]!;
      const payload = mutated(Buffer.from(hex, "hex").subarray(4), changes);
      const api = apiByKey(apiKey)!;
      counts[name.endsWith("Request") ? readRequest(payload) : readResponse(api, version, payload)]++;
    });
    fc.assert(property, { numRuns: 3_000 });
    expect(Math.min(counts.refused, counts.taken)).toBeGreaterThan(50);
  });

  test("of any message is read the same through both decoders, or gives one typed error", () => {
    const counts = { refused: 0, taken: 0 };
    for (const api of apis) {
      for (const version of versionsOf(api.request)) {
        const values = fc.tuple(arbitraryMessage(api.request, version), arbitraryMessage(api.response, version));
        const property = fc.property(values, mutations, ([request, response], changes) => {
          const asked = Buffer.concat(encodeRequest(api, version, { correlationId: 7, clientId: "client" }, request));
          counts[readRequest(mutated(asked.subarray(4), changes))]++;
          const answered = Buffer.concat(encodeResponse(api, version, 7, response));
          counts[readResponse(api, version, mutated(answered.subarray(4), changes))]++;
        });
        fc.assert(property, { numRuns: 3 });
      }
    }
    expect(Math.min(counts.refused, counts.taken)).toBeGreaterThan(50);
  });
});

describe("what is not of an API, mutated,", () => {
  test("is read the same through both decoders, or gives one typed error", () => {
    const counts = { refused: 0, taken: 0 };
    for (const which of everyVersion.filter(({ message }) => !offered.has(message))) {
      const { message, version } = which;
      const property = fc.property(arbitraryMessage(message, version), mutations, (value, changes) => {
        const bytes = mutated(encode(message, version, value), changes);
        const refused = goThrough(which, bytes, () => decode(message, version, bytes));
        counts[refused ? "refused" : "taken"]++;
      });
      fc.assert(property, { numRuns: 10 });
    }
    expect(Math.min(counts.refused, counts.taken)).toBeGreaterThan(50);
  });

  test.each([
    ["subscription", "ConsumerProtocolSubscription", decodeSubscription],
    ["assignment", "ConsumerProtocolAssignment", decodeAssignment],
  ] as const)("a member's %s is read as some version, or gives one typed error", (_, name, door) => {
    const message = everyMessage.find((each) => each.name === name)!;
    for (const version of versionsOf(message)) {
      const property = fc.property(arbitraryMessage(message, version), mutations, (value, changes) => {
        try {
          door(mutated(encodeVersioned(message, version, value), changes));
        } catch (error) {
          const { message: sentence } = expectDecodeError(error);
          must(new RegExp(`^${name}( v\\d: \\S+)?: .`).test(sentence), sentence);
        }
      });
      fc.assert(property, { numRuns: 100 });
    }
  });

  test("the key of a coordinator's record and the head of a metadata record give one typed error", () => {
    for (const message of everyMessage.filter(({ recordType }) => recordType !== undefined)) {
      const property = fc.property(arbitraryMessage(message, message.versions.max), mutations, (value, changes) => {
        try {
          if (message.name.endsWith("Key"))
            decodeCoordinatorKey(message, mutated(encodeCoordinatorKey(message, value), changes));
          else readMetadataRecordHead(mutated(encodeMetadataRecord(message, message.versions.max, value), changes));
        } catch (error) {
          expectDecodeError(error);
        }
      });
      fc.assert(property, { numRuns: 10 });
    }
  });
});

const offered = new Set(apis.flatMap(({ request, response }) => [request, response]));

import {
  apis,
  decode,
  decodeAssignment,
  decodeMessage,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  decodeSubscription,
  encode,
  encodeAssignment,
  encodeMessage,
  encodeRequest,
  encodeResponse,
  encodeSubscription,
  type Message,
} from "@moldau/protocol-codec";
import { Reader, type DecoderKind } from "@moldau/protocol-codec/internal";
import {
  coordinatorRecordType,
  decodeCoordinatorKey,
  decodeVersioned,
  encodeCoordinatorKey,
  encodeMetadataRecord,
  encodeVersioned,
  readMetadataRecordHead,
} from "@moldau/protocol-codec/state";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryMessage, defaultOf, type DecodedStruct } from "../support/arbitrary-messages.js";
import { decodeThrough } from "../support/decoders.js";
import { everyMessage, everyVersion, versionsOf } from "../support/every-message.js";
import { exactDifference } from "../support/exact-difference.js";
import { goldenLines, type MessageVector } from "../support/golden.js";

const decoders: readonly DecoderKind[] = ["cursor", "parser"];

const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const clientId = fc.option(fc.string({ unit: "binary", maxLength: 20 }), { nil: null });

function expectSame(wanted: unknown, given: unknown, where: string): void {
  const difference = exactDifference(wanted, given);
  if (difference !== undefined) throw new Error(`${where}: ${difference}`);
}

test("no message is left out", () => {
  const names = new Set(everyMessage.map(({ name }) => name));
  const known = goldenLines<MessageVector>("messages.jsonl.gz").filter(({ scope }) => scope !== "controller");
  expect(known.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
  expect(names.size).toBe(everyMessage.length);
  expect(everyVersion.length).toBeGreaterThanOrEqual(690);
});

describe("decoding what was encoded gives exactly the value, through both decoders, in every version of", () => {
  test.each(everyMessage.map((message) => [message.name, message] as const))("%s", (_, message) => {
    for (const version of versionsOf(message)) {
      const comesBack = fc.property(arbitraryMessage(message, version), (value) => {
        const bytes = encode(message, version, value);
        for (const kind of decoders) {
          const decoded = decodeThrough(kind, { message, version }, new Reader(bytes));
          if ("failure" in decoded) throw new Error(`v${version}, ${kind}: ${decoded.failure}`);
          expectSame(value, decoded.value, `v${version}, ${kind}`);
        }
      });
      fc.assert(comesBack, { numRuns: 15 });
    }
  });
});

test("a field at its default may be left out: the bytes are the same", () => {
  for (const { message, version } of everyVersion) {
    const same = fc.property(arbitraryMessage(message, version), (value) =>
      encode(message, version, withoutDefaults(message, value)).equals(encode(message, version, value)),
    );
    fc.assert(same, { numRuns: 3 });
  }
});

describe("every request and response comes back", () => {
  test("from a whole frame, with its header", () => {
    for (const api of apis) {
      for (const version of versionsOf(api.request)) {
        const comesBack = fc.property(
          fc.tuple(arbitraryMessage(api.request, version), arbitraryMessage(api.response, version)),
          fc.tuple(int32, clientId),
          ([request, response], [correlationId, client]) => {
            const asked = Buffer.concat(encodeRequest(api, version, { correlationId, clientId: client }, request));
            expect(asked.readInt32BE(0)).toBe(asked.length - 4);
            const head = decodeRequestHeader(asked.subarray(4));
            const { bodyOffset, ...facts } = head;
            expectSame({ apiKey: api.key, apiVersion: version, correlationId, clientId: client }, facts, "header");
            const body = decodeRequest(api, version, asked.subarray(4), bodyOffset);
            expectSame(request, body, `${api.name} v${version} request`);

            const answered = Buffer.concat(encodeResponse(api, version, { correlationId }, response));
            expect(answered.readInt32BE(0)).toBe(answered.length - 4);
            const given = decodeResponse(api, version, answered.subarray(4));
            expectSame({ correlationId, body: response }, given, `${api.name} v${version} response`);
          },
        );
        fc.assert(comesBack, { numRuns: 4 });
      }
    }
  });

  test("by its API key alone", () => {
    for (const api of apis) {
      for (const kind of ["request", "response"] as const) {
        const version = api[kind].versions.max;
        const comesBack = fc.property(arbitraryMessage(api[kind], version), (value) => {
          const where = { apiKey: api.key, kind, version };
          expectSame(value, decodeMessage(where, encodeMessage(where, value)), `${api.name} ${kind}`);
        });
        fc.assert(comesBack, { numRuns: 5 });
      }
    }
  });
});

const named = (name: string): Message => {
  const message = everyMessage.find((each) => each.name === name);
  if (message === undefined) throw new Error(`the codec has no ${name}`);
  return message;
};

describe("what classic groups say among themselves comes back", () => {
  test.each([
    ["a subscription", "ConsumerProtocolSubscription", encodeSubscription, decodeSubscription],
    ["an assignment", "ConsumerProtocolAssignment", encodeAssignment, decodeAssignment],
  ] as const)("%s of every version", (_, name, write, read) => {
    for (const version of versionsOf(named(name))) {
      const comesBack = fc.property(arbitraryMessage(named(name), version), (value) =>
        expectSame({ ...value, version }, read(write(version, value)), `v${version}`),
      );
      fc.assert(comesBack, { numRuns: 100 });
    }
  });
});

describe("what Kafka writes into its own logs comes back", () => {
  const recorded = everyMessage.filter(({ recordType }) => recordType !== undefined);
  const keys = recorded.filter(({ name }) => name.endsWith("Key"));
  const metadata = recorded.filter(({ name }) => name.endsWith("Record"));

  test("is there in numbers", () => {
    expect(keys.length).toBeGreaterThan(15);
    expect(metadata.length).toBeGreaterThan(20);
  });

  test("behind its version", () => {
    for (const { message, version } of everyVersion) {
      const comesBack = fc.property(arbitraryMessage(message, version), (value) => {
        const given: Record<string, unknown> = decodeVersioned(message, encodeVersioned(message, version, value));
        // A few records have a field that is named version too, which the version in front of it hides.
        expectSame({ ...value, version }, given, `${message.name} v${version}`);
      });
      fc.assert(comesBack, { numRuns: 2 });
    }
  });

  test("behind its type, as the key of a coordinator's record", () => {
    for (const message of keys) {
      const comesBack = fc.property(arbitraryMessage(message, message.versions.min), (value) => {
        const key = encodeCoordinatorKey(message, value);
        expect(coordinatorRecordType(key)).toBe(message.recordType);
        expectSame(value, decodeCoordinatorKey(message, key), message.name);
      });
      fc.assert(comesBack, { numRuns: 15 });
    }
  });

  test("behind frame version, type and version, as a record of the cluster's metadata", () => {
    for (const { message, version } of everyVersion.filter((each) => metadata.includes(each.message))) {
      const comesBack = fc.property(arbitraryMessage(message, version), (value) => {
        const bytes = encodeMetadataRecord(message, version, value);
        const head = readMetadataRecordHead(bytes);
        expect(head).toMatchObject({ recordType: message.recordType, version });
        expectSame(value, decode(message, version, bytes, head.bodyOffset), `${message.name} v${version}`);
      });
      fc.assert(comesBack, { numRuns: 10 });
    }
  });
});

/** The same value without the fields that are at their default, as a caller would write it down. */
function withoutDefaults({ fields }: Pick<Message, "fields">, value: DecodedStruct): Record<string, unknown> {
  const kept = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const spec = fields[name]?.spec;
    if (spec === undefined) return [[name, member]];
    if (exactDifference(defaultOf(spec), member) === undefined) return [];
    const { type } = spec;
    if (type.kind === "struct" && member !== null) return [[name, withoutDefaults(type, member as DecodedStruct)]];
    if (type.kind !== "array" || type.element.kind !== "struct" || member === null) return [[name, member]];
    const element = type.element;
    return [[name, (member as DecodedStruct[]).map((each) => withoutDefaults(element, each))]];
  });
  return Object.fromEntries(kept);
}

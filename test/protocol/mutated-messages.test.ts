import {
  apiByKey,
  apis,
  decodeAssignment,
  decodeMessage,
  decodeSubscription,
  encode,
  encodeRequest,
  encodeResponse,
} from "@moldau/protocol-codec";
import {
  decodeCoordinatorKey,
  encodeCoordinatorKey,
  encodeMetadataRecord,
  encodeVersioned,
  readMetadataRecordHead,
} from "@moldau/protocol-codec/state";
import fc from "fast-check";
import { describe, test } from "vitest";
import { arbitraryMessage } from "../support/arbitrary-messages.js";
import { everyMessage, everyVersion, versionsOf } from "../support/every-message.js";
import { examineMessage, examineRequest, examineResponse, expectDecodeError } from "../support/examine-message.js";
import { goldenLines, type MessageVector } from "../support/golden.js";
import { mutated, mutation } from "../support/mutations.js";

const vectors = goldenLines<MessageVector>("messages.jsonl.gz").filter(
  ({ scope, hex }) => scope !== "controller" && hex.length > 0,
);
const bodies = vectors.filter(({ kind }) => kind === "request" || kind === "response");
const frames = vectors.filter(({ kind }) => kind === "frame");
const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 });

/** Counts how it went, so that a test which refuses everything, or nothing, does not pass. */
class Tally {
  readonly #counts = { taken: 0, refused: 0 };

  add({ taken }: { readonly taken: boolean }): void {
    this.#counts[taken ? "taken" : "refused"]++;
  }

  expectBoth(): void {
    if (Math.min(this.#counts.taken, this.#counts.refused) < 20) throw new Error(JSON.stringify(this.#counts));
  }
}

/*
 * What "the same" and "one typed error" mean is written down in support/examine-message.ts: both decoders and the public door give one
 * value, which survives being encoded and decoded; or the door throws one DecodeError that names message, version and field.
 */
test("a mutated body decodes to the same value through both decoders and the public door, or gives one typed error", () => {
  const tally = new Tally();
  const property = fc.property(fc.nat({ max: bodies.length - 1 }), mutations, (index, changes) => {
    const { apiKey, kind, version, hex } = bodies[index]!;
    const where = { apiKey, version, kind: kind === "request" ? kind : ("response" as const) };
    const bytes = mutated(Buffer.from(hex, "hex"), changes);
    const message = apiByKey(apiKey)![where.kind];
    tally.add(examineMessage({ message, version }, bytes, () => decodeMessage(where, bytes)));
  });
  fc.assert(property, { numRuns: 4_000 });
  tally.expectBoth();
});

describe("a mutated frame", () => {
  test("that Apache Kafka wrote is read the same through both decoders, or gives one typed error", () => {
    const tally = new Tally();
    const property = fc.property(fc.nat({ max: frames.length - 1 }), mutations, (index, changes) => {
      const { apiKey, version, hex, name } = frames[index]!;
      const payload = mutated(Buffer.from(hex, "hex").subarray(4), changes);
      const api = apiByKey(apiKey)!;
      tally.add(name.endsWith("Request") ? examineRequest(payload) : examineResponse(api, version, payload));
    });
    fc.assert(property, { numRuns: 3_000 });
    tally.expectBoth();
  });

  test("of any message is read the same through both decoders, or gives one typed error", () => {
    const tally = new Tally();
    for (const api of apis) {
      for (const version of versionsOf(api.request)) {
        const values = fc.tuple(arbitraryMessage(api.request, version), arbitraryMessage(api.response, version));
        const property = fc.property(values, mutations, ([request, response], changes) => {
          const asked = Buffer.concat(encodeRequest(api, version, { correlationId: 7, clientId: "client" }, request));
          tally.add(examineRequest(mutated(asked.subarray(4), changes)));
          const answered = Buffer.concat(encodeResponse(api, version, { correlationId: 7 }, response));
          tally.add(examineResponse(api, version, mutated(answered.subarray(4), changes)));
        });
        fc.assert(property, { numRuns: 3 });
      }
    }
    tally.expectBoth();
  });
});

describe("what is not of an API, mutated,", () => {
  const offered = new Set(apis.flatMap(({ request, response }) => [request, response]));

  test("is read the same through both decoders, or gives one typed error", () => {
    const tally = new Tally();
    for (const which of everyVersion.filter(({ message }) => !offered.has(message))) {
      const { message, version } = which;
      const property = fc.property(arbitraryMessage(message, version), mutations, (value, changes) => {
        tally.add(examineMessage(which, mutated(encode(message, version, value), changes)));
      });
      fc.assert(property, { numRuns: 10 });
    }
    tally.expectBoth();
  });

  test.each([
    ["subscription", "ConsumerProtocolSubscription", decodeSubscription],
    ["assignment", "ConsumerProtocolAssignment", decodeAssignment],
  ] as const)("a member's %s is read as some version, or gives one typed error", (_, name, door) => {
    const message = everyMessage.find((each) => each.name === name)!;
    const tally = new Tally();
    for (const version of versionsOf(message)) {
      const property = fc.property(arbitraryMessage(message, version), mutations, (value, changes) => {
        try {
          door(mutated(encodeVersioned(message, version, value), changes));
          tally.add({ taken: true });
        } catch (error) {
          const { message: sentence } = expectDecodeError(error);
          if (!new RegExp(`^${name}( v\\d: \\S+)?: .`).test(sentence)) throw new Error(`not so: ${sentence}`);
          tally.add({ taken: false });
        }
      });
      fc.assert(property, { numRuns: 100 });
    }
    tally.expectBoth();
  });

  test("the key of a coordinator's record and the head of a metadata record give one typed error", () => {
    const tally = new Tally();
    for (const message of everyMessage.filter(({ recordType }) => recordType !== undefined)) {
      const version = message.versions.max;
      const property = fc.property(arbitraryMessage(message, version), mutations, (value, changes) => {
        try {
          if (message.name.endsWith("Key"))
            decodeCoordinatorKey(message, mutated(encodeCoordinatorKey(message, value), changes));
          else readMetadataRecordHead(mutated(encodeMetadataRecord(message, version, value), changes));
          tally.add({ taken: true });
        } catch (error) {
          expectDecodeError(error);
          tally.add({ taken: false });
        }
      });
      fc.assert(property, { numRuns: 10 });
    }
    tally.expectBoth();
  });
});

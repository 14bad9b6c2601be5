import { apiByKey, apis, encode, encodeRequest, encodeResponse, type Api, type Message } from "@moldau/protocol-codec";
import fc from "fast-check";
import { arbitraryMessage, type DecodedStruct } from "../../support/arbitrary-messages.js";
import { everyVersion, versionsOf } from "../../support/every-message.js";
import { examineMessage, examineRequest, examineResponse, type Examined } from "../../support/examine-message.js";
import { exactDifference } from "../../support/exact-difference.js";
import { goldenLines, type MessageVector } from "../../support/golden.js";
import { broken, type Examine, type Target } from "../target.js";
import type { Random } from "../random.js";

/** Broken inputs made of one valid one. */
const brokenPerRound = 12;

/** Whole frames, without their sizes: any message that the schemas allow, and what Apache Kafka wrote. */
export const frames: Target = {
  name: "frames",
  round(random, examine) {
    const { payload, read, value } = random.oneIn(3) ? goldenFrame(random) : arbitraryFrame(random);
    examineAll({ bytes: payload, read, value }, random, examine);
  },
};

/** Messages without a frame around them: what groups say among themselves, the records of Kafka's logs, and all others. */
export const messages: Target = {
  name: "messages",
  round(random, examine) {
    const which = random.pick(everyVersion);
    const value = sample(which.message, which.version, random);
    const bytes = encode(which.message, which.version, value);
    examineAll({ bytes, read: (given) => examineMessage(which, given), value }, random, examine);
  },
};

interface Given {
  readonly bytes: Buffer;
  readonly read: (bytes: Buffer) => Examined;
  /** What the bytes have to decode to; undefined if that is not known. */
  readonly value: unknown;
}

function examineAll({ bytes, read, value }: Given, random: Random, examine: Examine): void {
  examine(bytes, () => {
    const examined = read(bytes);
    if (!examined.taken) throw new Error("valid bytes were refused");
    const difference = value === undefined ? undefined : exactDifference(value, examined.value);
    if (difference !== undefined) throw new Error(`not the value that was encoded: ${difference}`);
    return examined;
  });
  for (let count = 0; count < brokenPerRound; count++) {
    const input = broken(bytes, random);
    examine(input, () => read(input));
  }
}

interface Frame {
  readonly payload: Buffer;
  readonly read: (payload: Buffer) => Examined;
  readonly value: unknown;
}

function arbitraryFrame(random: Random): Frame {
  const api = random.pick(apis);
  const version = random.pick(versionsOf(api.request));
  const correlationId = random.next() | 0;
  if (random.oneIn(2)) {
    const value = sample(api.request, version, random);
    const clientId = random.pick([null, "", "client", "ÿ"]);
    return {
      value,
      read: examineRequest,
      payload: joined(encodeRequest(api, version, { correlationId, clientId }, value)),
    };
  }
  const value = sample(api.response, version, random);
  return {
    value,
    read: reading(api, version),
    payload: joined(encodeResponse(api, version, { correlationId }, value)),
  };
}

const vectors = goldenLines<MessageVector>("messages.jsonl.gz").filter(
  ({ kind, scope }) => kind === "frame" && scope !== "controller",
);

function goldenFrame(random: Random): Frame {
  const { name, apiKey, version, hex } = random.pick(vectors);
  const api = apiByKey(apiKey);
  if (api === undefined) throw new Error(`there is no API ${apiKey}, as of ${name}`);
  const payload = Buffer.from(hex, "hex").subarray(4);
  return { value: undefined, payload, read: name.endsWith("Request") ? examineRequest : reading(api, version) };
}

function reading(api: Api, version: number): (payload: Buffer) => Examined {
  return (payload) => examineResponse(api, version, payload);
}

function joined(pieces: readonly Buffer[]): Buffer {
  return Buffer.concat(pieces).subarray(4);
}

function sample(message: Message, version: number, random: Random): DecodedStruct {
  const [value] = fc.sample(arbitraryMessage(message, version), { seed: random.next() | 0, numRuns: 1 });
  if (value === undefined) throw new Error(`${message.name} v${version}: nothing was made`);
  return value;
}

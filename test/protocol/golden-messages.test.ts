import { describe, expect, test } from "vitest";
import { decoderKinds } from "../support/decoders.js";
import { goldenLines, type MessageVector } from "../support/golden.js";
import {
  comesBackAsFrame,
  comesBackPrefixed,
  decodesThrough,
  encodesBack,
  faults,
  inWhatIsStated,
} from "../support/message-checks.js";

const vectors = goldenLines<MessageVector>("messages.jsonl.gz").filter(({ scope }) => scope !== "controller");
const bodies = vectors.filter(({ kind }) => kind !== "frame");
const frames = vectors.filter(({ kind }) => kind === "frame");

describe("every message vector that Apache Kafka wrote", () => {
  test("is there in numbers: no API was left out", () => {
    expect(bodies.length).toBeGreaterThan(5_900);
    expect(new Set(bodies.map(({ name }) => name)).size).toBeGreaterThan(160);
  });

  test.each(decoderKinds)("decodes to its value, to the last byte, through: %s", (kind) => {
    expect(faults(bodies, decodesThrough(kind, inWhatIsStated))).toEqual([]);
  });

  test("encodes back to the same bytes", () => {
    expect(faults(bodies, encodesBack)).toEqual([]);
  });
});

test("what travels behind its version, such as subscriptions and assignments inside JoinGroup and SyncGroup, comes back", () => {
  const prefixed = bodies.filter(({ prefixedHex }) => prefixedHex !== undefined);
  expect(prefixed.filter(({ name }) => name.startsWith("ConsumerProtocol")).length).toBeGreaterThan(70);
  expect(faults(prefixed, comesBackPrefixed(inWhatIsStated))).toEqual([]);
});

test("whole frames have the right header for their API and version, in both directions", () => {
  expect(frames.length).toBeGreaterThan(400);
  expect(faults(frames, comesBackAsFrame(inWhatIsStated))).toEqual([]);
});

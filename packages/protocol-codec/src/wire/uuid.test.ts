import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { Uuid } from "./uuid.js";

test("a uuid prints as Kafka prints it and is read back from text and bytes", () => {
  const uuid = Uuid.parse("QgnvNkX5TnuUp3NwEovYXQ");
  expect(`${uuid}`).toBe("QgnvNkX5TnuUp3NwEovYXQ");
  const bytes = Buffer.alloc(18);
  uuid.writeTo(bytes, 1);
  expect(Uuid.read(bytes, 1).equals(uuid)).toBe(true);
  expect(Uuid.parse(bytes.toString("hex", 1, 17)).equals(uuid)).toBe(true);
  expect(JSON.stringify({ uuid })).toBe('{"uuid":"QgnvNkX5TnuUp3NwEovYXQ"}');
});

test("text that is no uuid is refused", () => {
  for (const text of ["", "short", "QgnvNkX5TnuUp3NwEovYXR", "QgnvNkX5TnuUp3NwEovYX+"])
    expect(() => Uuid.parse(text)).toThrow(RangeError);
});

test("zero is one object, and says that it is zero", () => {
  expect(Uuid.read(Buffer.alloc(16), 0)).toBe(Uuid.zero);
  expect(Uuid.zero.isZero).toBe(true);
  expect(Uuid.metadataTopic.isZero).toBe(false);
});

test("a random uuid is of version 4 and never begins with a dash", () => {
  const rounds = [Buffer.alloc(16, 0xfb), Buffer.alloc(16, 1)];
  const uuid = Uuid.random(() => rounds.shift() ?? Buffer.alloc(16, 1));
  const bytes = Buffer.alloc(16);
  uuid.writeTo(bytes, 0);
  expect((bytes[6] ?? 0) >> 4).toBe(4);
  expect((bytes[8] ?? 0) >> 6).toBe(2);
  expect(uuid.toString().startsWith("-")).toBe(false);
  expect(rounds).toEqual([]);
});

test("uuids are deeply equal exactly when they have the same bits, whether they were printed or not", () => {
  const text = "QgnvNkX5TnuUp3NwEovYXQ";
  const printed = Uuid.parse(text);
  expect(printed.toString()).toBe(text);
  expect(isDeepStrictEqual(printed, Uuid.parse(text))).toBe(true);
  expect(isDeepStrictEqual(printed, Uuid.parse("QgnvNkX5TnuUp3NwEovYXA"))).toBe(false);
  expect(Uuid.parse(text)).not.toEqual(Uuid.zero);
});

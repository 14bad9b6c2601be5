import { describe, expect, test } from "vitest";
import { DecodeError, EncodeError } from "../errors.js";
import {
  array,
  bool,
  bytes,
  decode,
  encode,
  int16,
  int32,
  int64,
  int8,
  message,
  nullable,
  records,
  string,
  struct,
  uuid,
} from "./index.js";

const Sample = message("Sample", { versions: "0-3", flexible: "2+" }, () => ({
  name: string,
  comment: nullable(string, "1+"),
  added: int32.in("1+").default(7),
  lost: int64.in("1+").default(-1n).ignorable,
  parts: array({ index: int32, data: nullable(bytes) }),
  leader: struct({ id: int32.default(-1), epoch: int32.default(-1) })
    .in("2+")
    .tag(0, "2+"),
  cursor: nullable(struct({ topic: string }))
    .in("3+")
    .default(null),
}));

const full = {
  name: "ä",
  comment: null,
  added: 5,
  lost: 3n,
  parts: [{ index: 1, data: null }],
  leader: { id: 4, epoch: 9 },
  cursor: { topic: "t" },
};

describe("a message", () => {
  test("comes back as it was, in the newest version", () => {
    expect(decode(Sample, 3, encode(Sample, 3, full))).toEqual(full);
  });

  test("takes the default for whatever is left out, and gives it back", () => {
    expect(decode(Sample, 3, encode(Sample, 3, {}))).toEqual({
      name: "",
      comment: "",
      added: 7,
      lost: -1n,
      parts: [],
      leader: { id: -1, epoch: -1 },
      cursor: null,
    });
  });

  test("has all keys of its schema in every version", () => {
    for (const version of [0, 1, 2, 3]) {
      const keys = Object.keys(decode(Sample, version, encode(Sample, version, {})));
      expect(keys.toSorted()).toEqual(Object.keys(Sample.fields).toSorted());
    }
  });

  test("refuses a value that the version has no field for, unless it is ignorable or the default", () => {
    expect(() => encode(Sample, 0, { added: 5 })).toThrow(
      "Sample v0: added: version 0 has no such field, and its value is not the default",
    );
    expect(() => encode(Sample, 0, { added: 7, lost: 3n })).not.toThrow();
  });

  test("refuses versions that it does not have", () => {
    expect(() => encode(Sample, 4, {})).toThrow("Sample has no version 4: it has 0-3");
    expect(() => decode(Sample, -1, Buffer.alloc(9))).toThrow(DecodeError);
  });

  test("keeps tagged fields that it does not know", () => {
    const value = { ...full, unknownTaggedFields: [{ tag: 9, data: Buffer.from("later") }] };
    expect(decode(Sample, 3, encode(Sample, 3, value))).toEqual(value);
    expect(() => encode(Sample, 1, { unknownTaggedFields: value.unknownTaggedFields })).toThrow(EncodeError);
  });

  test("reads a tagged field that was written although it holds its default", () => {
    const plain = encode(Sample, 2, {});
    expect(plain.at(-1)).toBe(0);
    const explicit = Buffer.concat([plain.subarray(0, -1), Buffer.from("010009ffffffffffffffff00", "hex")]);
    expect(decode(Sample, 2, explicit)).toEqual(decode(Sample, 2, plain));
  });

  test("takes no unknown tagged field under the number of a known one", () => {
    const value = { unknownTaggedFields: [{ tag: 0, data: Buffer.from([9]) }] };
    expect(() => encode(Sample, 2, value)).toThrow("unknownTaggedFields: tag 0 is the field leader");
  });

  test("has no string of more bytes than Kafka takes, whatever its length says", () => {
    const longest = "x".repeat(32_767);
    const written = encode(Sample, 3, { name: longest });
    expect(decode(Sample, 3, written).name).toBe(longest);
    const start = written.indexOf(Buffer.from([0x80, 0x80, 2]));
    const longer = Buffer.concat([
      written.subarray(0, start),
      Buffer.from([0x81, 0x80, 2]),
      Buffer.from("x"),
      written.subarray(start + 3),
    ]);
    expect(() => decode(Sample, 3, longer)).toThrow("name: a string of 32768 bytes: at most 32767 fit");
  });
});

test("a message's fields are made once, when they are first asked for", () => {
  let made = 0;
  const Late = message("Late", { versions: "0", flexible: "none" }, () => {
    made++;
    return { only: int8 };
  });
  expect(made).toBe(0);
  for (let i = 0; i < 3; i++) expect(decode(Late, 0, encode(Late, 0, { only: i }))).toEqual({ only: i });
  expect(made).toBe(1);
});

describe("a value that does not fit", () => {
  test.each([
    [{ name: 5 }, "name: a string wanted, not number 5"],
    [{ name: null }, "name: null where this version requires a value"],
    [{ added: 2 ** 31 }, "added: 2147483648 is not in -2147483648..2147483647"],
    [{ added: 1.5 }, "added: an integer wanted, not number 1.5"],
    [{ lost: 5 }, "lost: a bigint wanted, not number 5"],
    [{ parts: [{}, { index: "x" }] }, "parts[1].index: an integer wanted, not string x"],
    [{ parts: {} }, "parts: an array wanted, not an object"],
    [{ leader: { id: {} } }, "leader.id: an integer wanted, not an object"],
    [{ name: "x".repeat(40_000) }, "name: a string of 40000 bytes: at most 32767 fit"],
  ])("is refused with the path of the field: %j", (value, sentence) => {
    expect(() => encode(Sample, 3, value as never)).toThrow(`Sample v3: ${sentence}`);
  });
});

describe("bytes that are no such message", () => {
  const bytesOf = encode(Sample, 3, full);

  test("end in an error that names the field, wherever they were cut off", () => {
    for (let length = 0; length < bytesOf.length; length++) {
      expect(() => decode(Sample, 3, bytesOf.subarray(0, length))).toThrow(DecodeError);
    }
    expect(() => decode(Sample, 0, Buffer.from("00037061", "hex"))).toThrow("Sample v0: name: 3 bytes wanted, 2 left");
  });

  test("are refused when some are left over", () => {
    expect(() => decode(Sample, 3, Buffer.concat([bytesOf, Buffer.alloc(2)]))).toThrow(
      "2 bytes are left over after the last field",
    );
  });

  test("never make memory for elements that cannot be there", () => {
    const claim = Buffer.from("00000000ffffff7f", "hex");
    claim.writeInt32BE(0x7fffffff, 4);
    expect(() => decode(Sample, 0, claim)).toThrow("elements of at least");
  });

  test("with a negative length, or null where none may be, are refused", () => {
    expect(() => decode(Sample, 0, Buffer.from("fffe", "hex"))).toThrow("name: a length of -2");
    expect(() => decode(Sample, 0, Buffer.from("ffff", "hex"))).toThrow("name: null where a value is required");
  });

  test("with tags out of order, or sections that are cut short, are refused with a path too", () => {
    const Tags = message("Tags", { versions: "0", flexible: "0+" }, () => ({ only: int8 }));
    const read = (hex: string) => () => decode(Tags, 0, Buffer.from(hex, "hex"));
    expect(read("0102050005000000")).toThrow("Tags v0: unknownTaggedFields: tag 5 after tag 5");
    expect(read("01")).toThrow("Tags v0: unknownTaggedFields: the bytes end inside a varint");
    expect(read("01ff7f")).toThrow("Tags v0: unknownTaggedFields: 16383 elements of at least 2 bytes wanted");
    expect(read("0101050900")).toThrow("Tags v0: unknownTaggedFields: 9 bytes wanted, 1 left");
    const leader = encode(Sample, 2, { leader: { id: 5 } });
    leader[leader.length - 10] = 60;
    expect(() => decode(Sample, 2, leader)).toThrow("Sample v2: leader: 60 bytes wanted, 9 left");
  });

  test("say so without a path where the message itself is none", () => {
    expect(() => encode(Sample, 3, null as never)).toThrow("Sample v3: an object wanted, not null");
  });
});

test("records are taken as a list of buffers and given back as one", () => {
  const Log = message("Log", { versions: "0", flexible: "0+" }, () => ({
    flag: bool,
    id: uuid,
    size: int16,
    records: nullable(records),
  }));
  const pieces = [Buffer.alloc(3000, 1), Buffer.alloc(10, 2)];
  expect(decode(Log, 0, encode(Log, 0, { flag: true, records: pieces })).records).toEqual(Buffer.concat(pieces));
});

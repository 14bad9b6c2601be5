import { describe, expect, test } from "vitest";
import { DecodeError } from "../errors.js";
import { encodeVersioned } from "../schema/index.js";
import { decodeCoordinatorRecord, encodeCoordinatorKey } from "./coordinator-records.js";
import { OffsetCommitKey, OffsetCommitValue } from "./groups/offset-commit.js";
import { decodeMetadataRecord, encodeMetadataRecord } from "./metadata-records.js";
import { NoOpRecord } from "./cluster-metadata/no-op-record.js";
import { TopicRecord } from "./cluster-metadata/topic-record.js";

const key = encodeCoordinatorKey(OffsetCommitKey, { group: "billing", topic: "orders", partition: 3 });
const typed = (type: number): Buffer => Buffer.from([type >> 8, type & 0xff]);

describe("a record of a coordinator's log", () => {
  test("comes back by its type, with the version that its value was written in", () => {
    const value = encodeVersioned(OffsetCommitValue, 3, { offset: 2n ** 60n, metadata: "half way" });
    expect(decodeCoordinatorRecord("__consumer_offsets", { key, value })).toMatchObject({
      recordType: 1,
      name: "OffsetCommit",
      key: { group: "billing", topic: "orders", partition: 3 },
      version: 3,
      value: { offset: 2n ** 60n, metadata: "half way" },
    });
  });

  test("without a value is a tombstone", () => {
    const tombstone = decodeCoordinatorRecord("__consumer_offsets", { key, value: null });
    expect(tombstone).toMatchObject({ version: undefined, value: null });
  });

  test("of a kind that is not known is no error, as a later Kafka may write it", () => {
    expect(decodeCoordinatorRecord("__consumer_offsets", { key: typed(99), value: null })).toBeUndefined();
    expect(decodeCoordinatorRecord("__transaction_state", { key, value: null })).toBeUndefined();
  });

  test("that is broken is an error that names the field", () => {
    const read = (of: { key: Buffer | null; value: Buffer | null }) => () =>
      decodeCoordinatorRecord("__consumer_offsets", of);
    expect(read({ key: null, value: null })).toThrow(DecodeError);
    expect(read({ key: Buffer.alloc(1), value: null })).toThrow("at least 2 wanted");
    expect(read({ key: key.subarray(0, -1), value: null })).toThrow("OffsetCommitKey v0: partition");
    expect(read({ key, value: Buffer.alloc(1) })).toThrow("OffsetCommitValue: version: 2 bytes wanted");
    expect(read({ key, value: typed(9) })).toThrow("OffsetCommitValue has no version 9");
    expect(read({ key, value: Buffer.from("00030000", "hex") })).toThrow("OffsetCommitValue v3: offset");
  });
});

describe("a record of the cluster's metadata", () => {
  test("comes back by its type", () => {
    const bytes = encodeMetadataRecord(TopicRecord, 0, { name: "orders" });
    expect(decodeMetadataRecord(bytes)).toMatchObject({ recordType: 2, name: "TopicRecord", version: 0 });
    expect(decodeMetadataRecord(encodeMetadataRecord(NoOpRecord, 0, {}))?.value).toEqual({});
  });

  test("of a kind that is not known is no error", () => {
    expect(decodeMetadataRecord(Buffer.from("017f00", "hex"))).toBeUndefined();
  });

  test("of another frame version, or cut short, is an error", () => {
    expect(() => decodeMetadataRecord(Buffer.from("020200", "hex"))).toThrow("frame version 2");
    expect(() => decodeMetadataRecord(Buffer.alloc(0))).toThrow(DecodeError);
    expect(() => decodeMetadataRecord(Buffer.from("010200", "hex"))).toThrow("TopicRecord v0: name");
  });
});

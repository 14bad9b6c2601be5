import { describe, expect, it } from "vitest";
import { EncodeError } from "../errors.js";
import { readBatches } from "./read-batches.js";
import { setBaseOffset, setLogAppendTime, setPartitionLeaderEpoch, stampProducer } from "./stamp.js";
import { writeBatch } from "./write-batch.js";

const stamp = { producerId: 7_000_000_000n, producerEpoch: 3, baseSequence: 2 ** 31 - 1 };

describe.each([10, 100_000])("a batch of %d bytes and more", (size) => {
  const batch = (): Buffer =>
    writeBatch({ baseOffset: 5n }, [
      { value: Buffer.alloc(size, 7), timestamp: 1000 },
      { value: "last", timestamp: 900 },
    ]);

  it("has a right checksum after it was stamped, and its sequence wraps to 0", () => {
    const stamped = batch();
    stampProducer(stamped, stamp);
    const [read] = readBatches(stamped);
    expect(read).toMatchObject({ ...stamp, lastSequence: 0 });
  });

  it("shows the append time for every record once the broker set it", () => {
    const appended = Buffer.concat([Buffer.alloc(9), batch()]);
    setLogAppendTime(appended, 9, 5000);
    setBaseOffset(appended, 9, 77n);
    setPartitionLeaderEpoch(appended, 9, 4);
    const [read] = readBatches(appended.subarray(9));
    expect(read).toMatchObject({
      timestampType: "LogAppendTime",
      maxTimestamp: 5000,
      baseTimestamp: 1000,
      partitionLeaderEpoch: 4,
    });
    expect([...read!].map(({ offset, timestamp }) => [offset, timestamp])).toEqual([
      [77n, 5000],
      [78n, 5000],
    ]);
  });
});

it("does not make a corrupt batch look right", () => {
  const corrupt = writeBatch({}, [{ value: Buffer.alloc(5000) }]);
  corrupt[3000]! ^= 1;
  stampProducer(corrupt, stamp);
  const [read] = readBatches(corrupt, { verifyCrc: false });
  expect(read!.isValid()).toBe(false);
});

it("changes nothing when an argument is out of its range", () => {
  const batch = writeBatch({}, [{ value: "a" }]);
  const before = Buffer.from(batch);
  for (const write of [
    () => stampProducer(batch, { ...stamp, producerEpoch: 2 ** 15 }),
    () => stampProducer(batch, { ...stamp, baseSequence: 2 ** 31 }),
    () => stampProducer(batch, { ...stamp, producerId: 2n ** 63n }),
    () => setLogAppendTime(batch, 0, 2 ** 60),
    () => setBaseOffset(batch, 0, 2n ** 63n),
    () => setPartitionLeaderEpoch(batch, 0, 0.5),
  ])
    expect(write).toThrow(expect.objectContaining({ code: "CLIENT_INVALID_ARGUMENT" }));
  expect(batch.equals(before)).toBe(true);
});

it("refuses to write where no batch is", () => {
  expect(() => stampProducer(Buffer.alloc(20), stamp)).toThrow(EncodeError);
  expect(() => stampProducer(Buffer.alloc(80), stamp)).toThrow(EncodeError);
  expect(() => setLogAppendTime(writeBatch({}, []).subarray(0, 60), 0, 1)).toThrow(EncodeError);
  expect(() => setBaseOffset(writeBatch({}, []), 1000, 1n)).toThrow("no record batch at byte 1000 of 61");
});

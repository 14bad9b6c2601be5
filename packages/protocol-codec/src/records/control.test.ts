import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import { readControlRecord, writeTransactionMarker } from "./control.js";
import { readBatches } from "./read-batches.js";

describe("control records", () => {
  it.each(["COMMIT", "ABORT"] as const)("end a transaction with %s", (type) => {
    const [batch] = readBatches(
      writeTransactionMarker(type, { producerId: 9n, producerEpoch: 2, coordinatorEpoch: 11, timestamp: 1000 }),
    );
    expect(batch).toMatchObject({
      isControl: true,
      isTransactional: true,
      producerId: 9n,
      producerEpoch: 2,
      baseSequence: -1,
      count: 1,
    });
    expect(readControlRecord([...batch!][0]!)).toEqual({ type, version: 0, coordinatorEpoch: 11 });
  });

  it("of an unknown type keep its number", () => {
    expect(readControlRecord({ key: Buffer.from([0, 1, 0, 99]), value: null })).toEqual({
      type: "UNKNOWN",
      version: 1,
      typeNumber: 99,
    });
  });

  it("that are too short are refused", () => {
    expect(() => readControlRecord({ key: null, value: null })).toThrow(DecodeError);
    expect(() => readControlRecord({ key: Buffer.alloc(3), value: null })).toThrow(DecodeError);
    expect(() => readControlRecord({ key: Buffer.alloc(4), value: Buffer.alloc(5) })).toThrow(DecodeError);
  });
});

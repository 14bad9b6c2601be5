import {
  writeBatch,
  writeMessageSet,
  writeTransactionMarker,
  type RecordToWrite,
  type WriteBatchOptions,
  type WriteMessageSetOptions,
} from "@moldau/protocol-codec";
import fc from "fast-check";

const bytes = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 20 }).map((given) => Buffer.from(given)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(63, 64, 127, 128, 8191, 8192).map((length) => Buffer.alloc(length, "value ")),
  },
);
const orNull = fc.option(bytes, { nil: null, freq: 4 });
const timestamp = fc.oneof(fc.integer({ min: -1, max: 2 ** 41 }), fc.constantFrom(-1n, 0n, 2n ** 53n + 1n, 2n ** 62n));
const headers = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  fc.array(fc.tuple(fc.string({ unit: "binary", maxLength: 8 }), orNull), { maxLength: 4 }),
);

const records: fc.Arbitrary<RecordToWrite[]> = fc.array(fc.record({ timestamp, key: orNull, value: orNull, headers }), {
  maxLength: 8,
});

const batchOptions: fc.Arbitrary<WriteBatchOptions> = fc.record({
  compression: fc.constantFrom("none", "none", "gzip", "snappy", "lz4", "zstd"),
  baseOffset: fc.bigInt(0n, 2n ** 62n),
  isTransactional: fc.boolean(),
  hasDeleteHorizon: fc.boolean(),
  producerId: fc.bigInt(-1n, 2n ** 63n - 1n),
  producerEpoch: fc.integer({ min: -1, max: 0x7fff }),
  baseSequence: fc.integer({ min: -1, max: 0x7fff_ffff }),
  partitionLeaderEpoch: fc.integer({ min: -1, max: 0x7fff_ffff }),
});

const batch = fc
  .tuple(batchOptions, records, fc.boolean())
  .map(([options, given, isAppendTime]) =>
    writeBatch(
      isAppendTime ? { ...options, timestampType: "LogAppendTime", maxTimestamp: 1_700_000_000_000 } : options,
      given,
    ),
  );

const marker = fc
  .tuple(fc.constantFrom("ABORT" as const, "COMMIT" as const), fc.nat())
  .map(([type, coordinatorEpoch]) =>
    writeTransactionMarker(type, { coordinatorEpoch, timestamp: 1, producerId: 5n, producerEpoch: 1 }),
  );

const messageSet = fc
  .tuple(
    fc.constantFrom<WriteMessageSetOptions["magic"]>(0, 1),
    fc.constantFrom("none" as const, "gzip" as const, "snappy" as const, "lz4" as const),
    fc.array(fc.record({ timestamp: fc.nat(), key: orNull, value: orNull }), { maxLength: 5 }),
  )
  .map(([magic, compression, given]) => writeMessageSet({ magic, compression }, given));

/** Any record set that a log or a response may hold: batches of magic 2 with every codec, markers, message sets of magic 0 and 1. */
export const arbitraryRecordSet: fc.Arbitrary<Buffer> = fc
  .array(fc.oneof({ weight: 4, arbitrary: batch }, { weight: 2, arbitrary: messageSet }, marker), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => Buffer.concat(parts));

/** Cuts bytes into pieces as a socket does; the sizes are used one after another, again and again. */
export function cutIntoPieces(whole: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let offset = 0; offset < whole.length;) {
    const size = Math.max(1, sizes[pieces.length % sizes.length] ?? whole.length);
    pieces.push(whole.subarray(offset, offset + size));
    offset += size;
  }
  return pieces;
}

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.KRaftVersionRecord;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/** Record sets of every kind that Kafka's classes can still write. */
final class RandomRecordSets {
  private final Random random;
  private final RandomRecords records;

  RandomRecordSets(Random random) {
    this.random = random;
    this.records = new RandomRecords(random);
  }

  /** A batch whose header says nothing but how it is compressed. */
  ByteBuffer plain(Compression compression, RandomRecords.Content content) {
    List<SimpleRecord> drawn = records.draw(content, true);
    return MemoryRecords.withRecords(compression, drawn.toArray(SimpleRecord[]::new)).buffer();
  }

  /** A batch with everything in its header that an application's records may have: gaps, a delete horizon, sequences that wrap. */
  ByteBuffer dressed(Compression compression) {
    boolean isIdempotent = random.nextBoolean();
    TimestampType type = random.nextInt(4) == 0 ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
    long offset = offset();
    MemoryRecordsBuilder builder =
        new MemoryRecordsBuilder(
            new ByteBufferOutputStream(1024),
            RecordBatch.MAGIC_VALUE_V2,
            compression,
            type,
            offset,
            type == TimestampType.LOG_APPEND_TIME ? 1 + random.nextInt(1000) : RecordBatch.NO_TIMESTAMP,
            isIdempotent ? random.nextLong() >>> 1 : RecordBatch.NO_PRODUCER_ID,
            isIdempotent ? (short) random.nextInt(Short.MAX_VALUE) : RecordBatch.NO_PRODUCER_EPOCH,
            isIdempotent ? sequence() : RecordBatch.NO_SEQUENCE,
            isIdempotent && random.nextBoolean(),
            false,
            random.nextInt(1000) - 1,
            Integer.MAX_VALUE,
            random.nextInt(3) == 0 ? random.nextInt(1_000_000) : RecordBatch.NO_TIMESTAMP);
    RandomRecords.Content content =
        random.nextInt(4) == 0 ? RandomRecords.Content.MIXED : RandomRecords.Content.SMALL;
    for (SimpleRecord record : records.draw(content, true)) {
      builder.appendWithOffset(offset, record);
      offset += 1 + (random.nextInt(3) == 0 ? random.nextInt(100_000) : 0);
    }
    if (random.nextInt(3) == 0) builder.overrideLastOffset(offset + random.nextInt(1000));
    return builder.build().buffer();
  }

  /** A message set of the formats before batches, compressed or not. */
  ByteBuffer legacy(byte magic, Compression compression, RandomRecords.Content content) {
    TimestampType type = magic == 1 && random.nextInt(3) == 0 ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
    MemoryRecordsBuilder builder =
        MemoryRecords.builder(ByteBuffer.allocate(1024), magic, compression, type, offset(), 1 + random.nextInt(1000));
    for (SimpleRecord record : records.draw(content, false)) builder.append(record);
    return builder.build().buffer();
  }

  /** Batches after compaction, by Kafka's own: records taken away, delete horizons set, batches left empty. */
  ByteBuffer compacted(Compression compression) {
    ByteBuffer whole = joined(dressed(compression), dressed(compression), dressed(compression));
    double kept = random.nextInt(3) * 0.4;
    MemoryRecords.RecordFilter filter =
        new MemoryRecords.RecordFilter(1_700_000_000_000L, 86_400_000L) {
          @Override
          protected BatchRetentionResult checkBatchRetention(RecordBatch batch) {
            return new BatchRetentionResult(BatchRetention.RETAIN_EMPTY, random.nextBoolean());
          }

          @Override
          protected boolean shouldRetainRecord(RecordBatch batch, Record record) {
            return random.nextDouble() < kept;
          }
        };
    ByteBuffer output = ByteBuffer.allocate(whole.remaining() + 1024);
    MemoryRecords.FilterResult result =
        MemoryRecords.readableRecords(whole).filterTo(filter, output, BufferSupplier.NO_CACHING, Integer.MAX_VALUE);
    ByteBuffer filtered = result.outputBuffer();
    filtered.flip();
    return filtered;
  }

  ByteBuffer empty() {
    ByteBuffer buffer = ByteBuffer.allocate(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
    long offset = offset();
    long producerId = random.nextBoolean() ? RecordBatch.NO_PRODUCER_ID : random.nextInt(1000);
    DefaultRecordBatch.writeEmptyHeader(
        buffer, RecordBatch.MAGIC_VALUE_V2, producerId, (short) 3, sequence(), offset, offset + random.nextInt(100), 7,
        TimestampType.CREATE_TIME, records.timestamp(), random.nextBoolean(), random.nextBoolean());
    return buffer.flip();
  }

  /** One control batch of a kind: 0 to 6 as their records number themselves. */
  ByteBuffer control(int kind) {
    ByteBuffer buffer = ByteBuffer.allocate(1024);
    long offset = offset();
    int epoch = random.nextInt(1000);
    long time = 1_700_000_000_000L + random.nextInt();
    return switch (ControlRecordType.fromTypeId((short) kind)) {
      case ABORT, COMMIT ->
          MemoryRecords.withEndTransactionMarker(
                  offset, time, epoch, random.nextLong() >>> 1, (short) random.nextInt(Short.MAX_VALUE),
                  new EndTransactionMarker(ControlRecordType.fromTypeId((short) kind), random.nextInt()))
              .buffer();
      case LEADER_CHANGE ->
          MemoryRecords.withLeaderChangeMessage(offset, time, epoch, buffer, new LeaderChangeMessage().setLeaderId(epoch)).buffer();
      case SNAPSHOT_HEADER ->
          MemoryRecords.withSnapshotHeaderRecord(offset, time, epoch, buffer, new SnapshotHeaderRecord()).buffer();
      case SNAPSHOT_FOOTER ->
          MemoryRecords.withSnapshotFooterRecord(offset, time, epoch, buffer, new SnapshotFooterRecord()).buffer();
      case KRAFT_VERSION ->
          MemoryRecords.withKRaftVersionRecord(offset, time, epoch, buffer, new KRaftVersionRecord()).buffer();
      default -> MemoryRecords.withVotersRecord(offset, time, epoch, buffer, new VotersRecord()).buffer();
    };
  }

  static ByteBuffer joined(ByteBuffer... sets) {
    int size = 0;
    for (ByteBuffer set : sets) size += set.remaining();
    ByteBuffer joined = ByteBuffer.allocate(size);
    for (ByteBuffer set : sets) joined.put(set.duplicate());
    return joined.flip();
  }

  private long offset() {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> (1L << 53) - 2;
      case 2 -> Long.MAX_VALUE - 100_000_000;
      default -> random.nextInt(1_000_000);
    };
  }

  private int sequence() {
    return random.nextBoolean() ? Integer.MAX_VALUE - random.nextInt(4) : random.nextInt(1000);
  }
}

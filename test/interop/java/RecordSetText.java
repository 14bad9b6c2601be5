import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Record sets, as Apache Kafka's classes read them, in JSON; the batches in the words of test/golden/README.md. */
final class RecordSetText {
  /** Longer keys and values are told by their length and their SHA-1. */
  private static final int longestInFull = 32;

  private RecordSetText() {}

  static String of(ByteBuffer recordSet) {
    List<String> batches = new ArrayList<>();
    for (RecordBatch batch : MemoryRecords.readableRecords(recordSet.duplicate()).batches()) {
      batch.ensureValid();
      List<String> records = new ArrayList<>();
      for (Record record : batch) {
        record.ensureValid();
        records.add(MessageText.quoted(describe(record, batch)));
      }
      batches.add("{\"batch\":{" + describe(batch) + "},\"records\":[" + String.join(",", records) + "]}");
    }
    return "[" + String.join(",", batches) + "]";
  }

  private static String describe(RecordBatch batch) {
    StringBuilder text = new StringBuilder();
    text.append("\"magic\":").append(batch.magic());
    text.append(",\"sizeInBytes\":").append(batch.sizeInBytes());
    text.append(",\"baseOffset\":\"").append(batch.baseOffset()).append('"');
    text.append(",\"lastOffset\":\"").append(batch.lastOffset()).append('"');
    text.append(",\"compression\":\"").append(batch.compressionType().name).append('"');
    text.append(",\"timestampType\":\"").append(batch.timestampType()).append('"');
    text.append(",\"maxTimestamp\":\"").append(batch.maxTimestamp()).append('"');
    text.append(",\"crc\":").append(batch.checksum());
    if (!(batch instanceof DefaultRecordBatch current)) return text.toString();
    text.append(",\"baseTimestamp\":\"").append(current.baseTimestamp()).append('"');
    text.append(",\"producerId\":\"").append(batch.producerId()).append('"');
    text.append(",\"producerEpoch\":").append(batch.producerEpoch());
    text.append(",\"baseSequence\":").append(batch.baseSequence());
    text.append(",\"lastSequence\":").append(batch.lastSequence());
    text.append(",\"isTransactional\":").append(batch.isTransactional());
    text.append(",\"isControl\":").append(batch.isControlBatch());
    text.append(",\"partitionLeaderEpoch\":").append(batch.partitionLeaderEpoch());
    text.append(",\"count\":").append(batch.countOrNull());
    if (batch.deleteHorizonMs().isPresent())
      text.append(",\"deleteHorizonMs\":\"").append(batch.deleteHorizonMs().getAsLong()).append('"');
    return text.toString();
  }

  /** Offset, timestamp, key, value; then headers as `name=value`, the name in hexadecimal; in control batches what the record says. */
  private static String describe(Record record, RecordBatch batch) {
    StringBuilder text = new StringBuilder();
    text.append(record.offset()).append(' ').append(record.timestamp());
    text.append(' ').append(record.hasKey() ? part(record.key()) : "null");
    text.append(' ').append(record.hasValue() ? part(record.value()) : "null");
    for (Header header : record.headers()) {
      text.append(' ').append(part(ByteBuffer.wrap(header.key().getBytes(StandardCharsets.UTF_8)))).append('=');
      text.append(header.value() == null ? "null" : part(ByteBuffer.wrap(header.value())));
    }
    if (batch.isControlBatch()) text.append(' ').append(ControlRecordType.parse(record.key()));
    return text.toString();
  }

  private static String part(ByteBuffer bytes) {
    if (bytes.remaining() <= longestInFull) return MessageText.hex(bytes);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      digest.update(bytes.duplicate());
      return bytes.remaining() + ":" + HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}

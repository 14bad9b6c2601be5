import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Reads record sets, one in hexadecimal on each line of a file, with Apache Kafka's own classes, and prints their records line by line. */
public class ReadRecordSets {
  public static void main(String[] arguments) throws Exception {
    for (String line : Files.readAllLines(Path.of(arguments[0]))) {
      List<String> records = new ArrayList<>();
      for (RecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(HexFormat.of().parseHex(line))).batches()) {
        batch.ensureValid();
        for (Record record : batch) records.add(describe(record));
      }
      System.out.println(String.join(" ", records));
    }
  }

  static String describe(Record record) {
    StringBuilder text = new StringBuilder();
    text.append(record.offset()).append(',').append(record.timestamp());
    text.append(',').append(record.hasKey() ? hex(record.key()) : "null");
    text.append(',').append(record.hasValue() ? hex(record.value()) : "null");
    for (Header header : record.headers()) {
      text.append(',').append(hex(ByteBuffer.wrap(header.key().getBytes(StandardCharsets.UTF_8))));
      text.append('=').append(header.value() == null ? "null" : hex(ByteBuffer.wrap(header.value())));
    }
    return text.toString();
  }

  static String hex(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Records whose bytes compress well, not at all, or here and there. */
final class RandomRecords {
  enum Content {
    /** A few records of any kind, null and empty parts, headers. */
    SMALL,
    /** One record of one short text over and over, several hundred KB. */
    COMPRESSIBLE,
    /** One record of noise, larger than every compressor's block. */
    NOISE,
    /** Records with repetitions near and far between noise. */
    MIXED,
    /** Thousands of small records. */
    MANY
  }

  private final Random random;
  private final RandomValues values;

  RandomRecords(Random random) {
    this.random = random;
    this.values = new RandomValues(random);
  }

  List<SimpleRecord> draw(Content content, boolean withHeaders) {
    List<SimpleRecord> records = new ArrayList<>();
    switch (content) {
      case SMALL -> {
        for (int count = random.nextInt(6); count >= 0; count--)
          records.add(record(part(values.bytes(false)), part(values.bytes(false)), withHeaders));
      }
      case COMPRESSIBLE -> records.add(record(null, repeated(300_000 + random.nextInt(300_000)), withHeaders));
      case NOISE -> records.add(record(null, noise(70_000 + random.nextInt(200_000)), withHeaders));
      case MIXED -> {
        for (int count = 10 + random.nextInt(30); count > 0; count--)
          records.add(record(part(noise(random.nextInt(40))), mixed(random.nextInt(12_000)), withHeaders));
      }
      case MANY -> {
        for (int count = 1000 + random.nextInt(1000); count > 0; count--)
          records.add(record(noise(random.nextInt(8)), repeated(random.nextInt(90)), withHeaders && random.nextInt(50) == 0));
      }
    }
    return records;
  }

  /** A time that a producer may give: none, now-ish, the first and the last that there are, and past what JavaScript counts exactly. */
  long timestamp() {
    return switch (random.nextInt(8)) {
      case 0 -> -1;
      case 1 -> 0;
      case 2 -> random.nextInt(4) == 0 ? Long.MAX_VALUE : (1L << 53) + random.nextInt(5);
      default -> 1_700_000_000_000L + random.nextInt(1_000_000) - 500_000;
    };
  }

  private SimpleRecord record(byte[] key, byte[] value, boolean withHeaders) {
    Header[] headers = new Header[withHeaders ? random.nextInt(3) : 0];
    for (int i = 0; i < headers.length; i++)
      headers[i] = new RecordHeader((String) values.of(String.class, false, true), part(values.bytes(true)));
    return new SimpleRecord(timestamp(), key, value, headers);
  }

  private byte[] part(byte[] bytes) {
    return random.nextInt(6) == 0 ? null : bytes;
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] repeated(int length) {
    byte[] piece = noise(1 + random.nextInt(40));
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) bytes[i] = piece[i % piece.length];
    return bytes;
  }

  /** Noise and copies of what came before, at any distance. */
  private byte[] mixed(int length) {
    byte[] bytes = noise(length);
    for (int position = random.nextInt(60) + 1; position < length; position += random.nextInt(60) + 1) {
      int distance = 1 + random.nextInt(position);
      for (int count = random.nextInt(200); count > 0 && position < length; count--, position++)
        bytes[position] = bytes[position - distance];
    }
    return bytes;
  }
}

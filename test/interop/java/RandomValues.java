import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Values without parts, drawn so that the edges of every type come up often. */
final class RandomValues {
  /** One to four bytes in UTF-8, both ends of each; NUL, a byte-order mark, non-characters, combining marks; what JSON escapes. */
  private static final String[] pieces = {
    "a", "Z", "0", " ", "orders", "\0", "\n", "\"", "\\", "\u007f", "\u0080", "é", "\u07ff", "\u0800", "\u2028", "\u0301", "€",
    "\ud7ff", "\ue000", "\ufeff", "\ufffd", "\uffff", "\ud800\udc00", "😀", "👩‍👩‍👧", "\udbff\udfff"
  };

  private static final double[] doubles = {
    0.0, -0.0, 1.0, -1.5, 0.1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, -Double.MIN_VALUE,
    Double.MIN_NORMAL, Double.MAX_VALUE, -Double.MAX_VALUE, 9007199254740993.0
  };

  /** Around these a length takes one more byte as a varint, or bytes are no longer copied by whoever writes them. */
  private static final int[] longLengths = {511, 512, 1023, 1024, 1025, 4095, 4096, 16382, 16383, 16384};

  /** The longest text that a string can hold, in bytes. */
  private static final int longest = Short.MAX_VALUE;

  private final Random random;

  /** How often bytes are a little over a kilobyte: whoever writes them may then hand them on without a copy, and begin a new piece. */
  double longBytes = 0;

  RandomValues(Random random) {
    this.random = random;
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** A value of a field's class. `small` keeps texts and bytes short. */
  Object of(Class<?> type, boolean unsigned, boolean small) {
    if (type == boolean.class || type == Boolean.class) return random.nextBoolean();
    if (type == byte.class || type == Byte.class) return (byte) number(8);
    if (type == short.class || type == Short.class) return (short) number(16);
    if (type == int.class || type == Integer.class) return unsigned ? (int) number(16) & 0xffff : (int) number(32);
    if (type == long.class || type == Long.class) return unsigned ? number(32) & 0xffff_ffffL : number(64);
    if (type == double.class || type == Double.class) return float64();
    if (type == String.class) return text(small);
    if (type == Uuid.class) return uuid();
    if (type == byte[].class) return bytes(small);
    if (type == ByteBuffer.class) return ByteBuffer.wrap(bytes(small));
    return records(small);
  }

  /** A signed number of so many bits. */
  long number(int bits) {
    long drawn = random.nextLong() >> (64 - bits);
    return switch (random.nextInt(7)) {
      case 0 -> Long.MIN_VALUE >> (64 - bits);
      case 1 -> Long.MAX_VALUE >> (64 - bits);
      case 2 -> random.nextInt(3) - 1;
      case 3 -> random.nextInt(200) - 100;
      // Next to a power of two, of either sign: 2^53 above all, where JavaScript's numbers end.
      case 4 -> ((1L << random.nextInt(bits)) + random.nextInt(3) - 1) << (64 - bits) >> (64 - bits);
      default -> drawn;
    };
  }

  byte[] bytes(boolean small) {
    byte[] bytes = new byte[chance(longBytes) ? 1020 + random.nextInt(80) : length(small, 40_000)];
    random.nextBytes(bytes);
    return bytes;
  }

  private double float64() {
    if (chance(0.6)) return doubles[random.nextInt(doubles.length)];
    double drawn = Double.longBitsToDouble(random.nextLong());
    return Double.isNaN(drawn) ? Double.NaN : drawn;
  }

  private Uuid uuid() {
    return switch (random.nextInt(5)) {
      case 0 -> Uuid.ZERO_UUID;
      case 1 -> Uuid.ONE_UUID;
      default -> new Uuid(number(64), number(64));
    };
  }

  private String text(boolean small) {
    int bytes = length(small, longest);
    // A long text is mostly of one character, so that its length in bytes is right at an edge or just beside it.
    if (bytes > 100) return atMost(bytes, pieces[random.nextInt(pieces.length)]);
    StringBuilder text = new StringBuilder();
    for (int count = random.nextInt(6); count > 0; count--) text.append(pieces[random.nextInt(pieces.length)]);
    return text.toString();
  }

  private static String atMost(int bytes, String piece) {
    int size = piece.getBytes(StandardCharsets.UTF_8).length;
    return piece.repeat(bytes / size) + "x".repeat(bytes % size);
  }

  private int length(boolean small, int most) {
    if (small || chance(0.96)) return chance(0.3) ? 0 : random.nextInt(24);
    if (chance(0.9)) return 126 + random.nextInt(4);
    return chance(0.1) ? most : longLengths[random.nextInt(longLengths.length)];
  }

  /** Batches as they stand in a log, or bytes that aren't any: neither side looks into them. */
  private MemoryRecords records(boolean small) {
    if (chance(0.5)) return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes(small)));
    Compression[] compressions = {
      Compression.NONE, Compression.gzip().build(), Compression.snappy().build(), Compression.lz4().build(), Compression.zstd().build()
    };
    SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(3)];
    for (int i = 0; i < records.length; i++) records[i] = new SimpleRecord(Math.abs(number(32)), bytes(true), bytes(small));
    return MemoryRecords.withRecords(compressions[random.nextInt(compressions.length)], records);
  }
}

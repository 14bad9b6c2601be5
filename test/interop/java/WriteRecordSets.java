import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;

/**
 * Writes random record sets with Apache Kafka's classes: every compression at its levels, old formats, all that a header can say.
 * Arguments: seed, file for the sets, file for what is in them, a line of JSON each.
 */
public final class WriteRecordSets {
  private final Random chance;
  private final RandomRecordSets sets;
  private final RecordSetFile bytes;
  private final PrintStream text;

  private WriteRecordSets(long seed, RecordSetFile bytes, PrintStream text) {
    this.chance = new Random(seed);
    this.sets = new RandomRecordSets(chance);
    this.bytes = bytes;
    this.text = text;
  }

  public static void main(String[] arguments) throws IOException {
    try (RecordSetFile bytes = RecordSetFile.create(arguments[1]);
        PrintStream text = new PrintStream(arguments[2], StandardCharsets.UTF_8)) {
      WriteRecordSets program = new WriteRecordSets(Long.parseLong(arguments[0]), bytes, text);
      program.writeCompressed();
      program.writeLegacy();
      program.writeDressed();
    }
  }

  private void writeCompressed() throws IOException {
    for (Map.Entry<String, Compression> each : compressions().entrySet()) {
      String name = each.getKey();
      // The highest levels ask for hundreds of megabytes before the first byte, so they get one set only.
      boolean isCostly = name.matches("zstd level 2.");
      RandomRecords.Content any = RandomRecords.Content.values()[chance.nextInt(RandomRecords.Content.values().length)];
      for (RandomRecords.Content content : RandomRecords.Content.values())
        if (content == RandomRecords.Content.MIXED || !isCostly && (content == any || !name.contains("level")))
          write("magic 2, " + name + ", " + content, sets.plain(each.getValue(), content));
    }
  }

  private void writeLegacy() throws IOException {
    for (byte magic = 0; magic <= 1; magic++)
      for (Map.Entry<String, Compression> each : compressions().entrySet()) {
        if (each.getValue().type() == CompressionType.ZSTD) continue;
        boolean isLevel = each.getKey().contains("level");
        for (RandomRecords.Content content : RandomRecords.Content.values())
          if (!isLevel || content == RandomRecords.Content.MIXED)
            write("magic " + magic + ", " + each.getKey() + ", " + content, sets.legacy(magic, each.getValue(), content));
      }
  }

  private void writeDressed() throws IOException {
    for (CompressionType type : CompressionType.values()) {
      Compression compression = Compression.of(type).build();
      for (int index = 0; index < 25; index++) write("dressed, " + type.name, sets.dressed(compression));
      for (int index = 0; index < 10; index++) write("compacted, " + type.name, sets.compacted(compression));
    }
    for (int kind = 0; kind <= 6; kind++)
      for (int index = 0; index < 3; index++) write("control " + kind, sets.control(kind));
    for (int index = 0; index < 10; index++) write("empty", sets.empty());
    Compression gzip = Compression.gzip().build();
    write(
        "of three formats",
        RandomRecordSets.joined(
            sets.legacy((byte) 0, Compression.NONE, RandomRecords.Content.SMALL),
            sets.legacy((byte) 1, gzip, RandomRecords.Content.SMALL),
            sets.dressed(gzip),
            sets.legacy((byte) 1, Compression.NONE, RandomRecords.Content.SMALL),
            sets.empty()));
  }

  private void write(String name, ByteBuffer set) throws IOException {
    bytes.write(set);
    text.println("{\"name\":" + MessageText.quoted(name) + ",\"batches\":" + RecordSetText.of(set) + "}");
  }

  private static Map<String, Compression> compressions() {
    Map<String, Compression> all = new LinkedHashMap<>();
    for (CompressionType type : CompressionType.values()) all.put(type.name, Compression.of(type).build());
    for (int level = CompressionType.GZIP.minLevel(); level <= CompressionType.GZIP.maxLevel(); level++)
      all.put("gzip level " + level, Compression.gzip().level(level).build());
    for (int level = CompressionType.LZ4.minLevel(); level <= CompressionType.LZ4.maxLevel(); level++)
      all.put("lz4 level " + level, Compression.lz4().level(level).build());
    int[] levels = {CompressionType.ZSTD.minLevel(), -1000, -50, -7, -1, 1, 2, 5, 7, 9, 12, 15, 17, 18, 19, 20, 21, 22};
    IntStream.of(levels).forEach(level -> all.put("zstd level " + level, Compression.zstd().level(level).build()));
    return all;
  }
}

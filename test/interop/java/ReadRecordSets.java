import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Reads record sets with Apache Kafka's classes and says what is in them, a line of JSON each. Arguments: input file, output file. */
public final class ReadRecordSets {
  public static void main(String[] arguments) throws Exception {
    try (PrintStream output = new PrintStream(arguments[1], StandardCharsets.UTF_8)) {
      RecordSetFile.read(
          arguments[0],
          set -> {
            try {
              output.println("{\"batches\":" + RecordSetText.of(set) + "}");
            } catch (RuntimeException failure) {
              output.println("{\"failure\":" + MessageText.quoted(String.valueOf(failure)) + "}");
            }
          });
    }
  }
}

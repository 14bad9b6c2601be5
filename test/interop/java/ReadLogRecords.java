import java.nio.file.Path;

/** Echoes records of Kafka's own logs; see MessageEcho. Arguments: input file, output file. */
public final class ReadLogRecords {
  public static void main(String[] arguments) throws Exception {
    new MessageEcho(LogForms::of).run(Path.of(arguments[0]), arguments[1]);
  }
}

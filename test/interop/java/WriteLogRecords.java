import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Message;

/**
 * Writes random records of Kafka's own logs with Apache Kafka's classes, as JSON lines. Arguments: seed, cases of a version, output
 * file, and a file with the name of a class and the type of its schema on each line.
 */
public final class WriteLogRecords {
  public static void main(String[] arguments) throws Exception {
    long seed = Long.parseLong(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    try (PrintStream output =
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(arguments[2]), 1 << 20), false, StandardCharsets.UTF_8)) {
      MessageCases cases = new MessageCases(seed, count, output);
      for (String line : Files.readAllLines(Path.of(arguments[3]))) {
        String[] parts = line.split(" ");
        Class<? extends Message> type = Class.forName(parts[0]).asSubclass(Message.class);
        Message message = type.getConstructor().newInstance();
        String facts = "\"name\":\"" + type.getSimpleName() + "\",\"kind\":\"" + parts[1] + "\"";
        // The type that is in front of a coordinator's key, and inside a metadata record's frame.
        if (!parts[1].equals("data")) facts += ",\"apiKey\":" + ((ApiMessage) message).apiKey();
        for (short version = message.lowestSupportedVersion(); version <= message.highestSupportedVersion(); version++)
          cases.print(type, version, facts, LogForms.of(type, parts[1]));
      }
      if (output.checkError()) throw new IllegalStateException("the output could not be written");
    }
  }
}

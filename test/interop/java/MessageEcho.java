import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Message;

/**
 * Reads messages with Apache Kafka's classes and writes them again. Every line of the input has a class, a version, a form and the
 * bytes in hexadecimal; every line of the output is JSON and says what was read and written, or what went wrong.
 */
final class MessageEcho {
  private final BiFunction<Class<? extends Message>, String, MessageForm> forms;

  MessageEcho(BiFunction<Class<? extends Message>, String, MessageForm> forms) {
    this.forms = forms;
  }

  void run(Path input, String outputFile) throws Exception {
    try (Stream<String> lines = Files.lines(input);
        PrintStream output =
            new PrintStream(
                new BufferedOutputStream(new FileOutputStream(outputFile), 1 << 20), false, StandardCharsets.UTF_8)) {
      lines.map(this::answer).forEach(output::println);
      if (output.checkError()) throw new IllegalStateException("the output could not be written");
    }
  }

  private String answer(String line) {
    String[] parts = line.split(" ", -1);
    try {
      Class<? extends Message> type = Class.forName(parts[0]).asSubclass(Message.class);
      short version = Short.parseShort(parts[1]);
      MessageForm form = forms.apply(type, parts[2]);
      Message message = form.read(type, version, ByteBuffer.wrap(HexFormat.of().parseHex(parts[3])));
      if (!type.isInstance(message)) throw new IllegalStateException("a " + message.getClass().getName() + " was read");
      String hex = MessageText.hex(form.write(message, version));
      return "{\"hex\":\"" + hex + "\",\"value\":" + MessageText.of(message) + "}";
    } catch (ReflectiveOperationException | RuntimeException failure) {
      Throwable cause = failure instanceof InvocationTargetException wrapped ? wrapped.getCause() : failure;
      return "{\"failure\":" + MessageText.quoted(String.valueOf(cause)) + "}";
    }
  }
}

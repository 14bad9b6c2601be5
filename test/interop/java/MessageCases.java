import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.protocol.Message;

/** The cases of one message in one version, one JSON line each, every one checked with Kafka's classes first. */
final class MessageCases {
  private final long seed;
  private final int count;
  private final PrintStream output;

  MessageCases(long seed, int count, PrintStream output) {
    this.seed = seed;
    this.count = count;
    this.output = output;
  }

  /** Chance of its own for every message and version, so that one of them replays without the others. */
  RandomMessages chance(String name, short version) {
    return new RandomMessages(new Random(seed * 1_000_003 + name.hashCode() * 131L + version));
  }

  /** Prints the cases. `facts` are the line's first members, without braces; `form` adds how the message travels. */
  void print(Class<? extends Message> type, short version, String facts, MessageForm form)
      throws ReflectiveOperationException {
    Set<ByteBuffer> printed = new HashSet<>();
    RandomMessages chance = chance(type.getSimpleName(), version);
    boolean flexible = MessageShape.taggedFields(MessageShape.of(type).schemas[version]) != null;
    for (int index = 0; index < count; index++) {
      String name = flexible && index == 2 ? "tagged" : flexible && index <= 5 ? "unknown-tags" : "random-" + index;
      if (index == 0) name = "defaults";
      if (index == 1) name = "nulls";
      Message message =
          switch (name) {
            case "defaults" -> MessageShape.of(type).create();
            case "nulls" -> chance.draw(type, version, RandomMessages.onlyNulls);
            case "tagged" -> chance.draw(type, version, RandomMessages.allTagged);
            case "unknown-tags" -> chance.draw(type, version, RandomMessages.unknownTagged);
            default -> chance.draw(type, version, chance.anyStyle());
          };
      // A version may not admit the null that is a field's default; Kafka refuses to write such a message.
      if (name.equals("defaults") && !isWritable(message, version)) continue;
      ByteBuffer body = checked(message, version);
      if (!printed.add(body)) continue;
      ByteBuffer travelling = form.write(message, version);
      if (!form.write(form.read(type, version, travelling), version).equals(travelling))
        throw new IllegalStateException(message + " doesn't come back from its form");
      output.print("{" + facts + ",\"version\":" + version + ",\"case\":\"" + name + "\",\"flexible\":" + flexible);
      if (form != MessageForm.plain) output.print(",\"" + form.name() + "\":\"" + MessageText.hex(travelling) + "\"");
      output.print(",\"hex\":\"" + MessageText.hex(body) + "\",\"value\":");
      output.println(MessageText.of(MessageForm.plain.read(type, version, body)) + "}");
    }
  }

  /** The bytes of a message, after Kafka's classes have read it back and written it again. */
  static ByteBuffer checked(Message message, short version) throws ReflectiveOperationException {
    ByteBuffer bytes = MessageForm.plain.write(message, version);
    Message again = MessageForm.plain.read(message.getClass(), version, bytes);
    // Not a number isn't equal to itself, and Kafka's classes compare with `==`.
    if (!again.equals(message) && !again.toString().contains("NaN"))
      throw new IllegalStateException(again + " was read, and written was " + message);
    if (!MessageForm.plain.write(again, version).equals(bytes))
      throw new IllegalStateException("written twice, to different bytes: " + message);
    return bytes;
  }

  private static boolean isWritable(Message message, short version) {
    try {
      MessageForm.plain.write(message, version);
      return true;
    } catch (NullPointerException refused) {
      return false;
    }
  }
}

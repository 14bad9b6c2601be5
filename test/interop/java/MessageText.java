import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Messages as JSON, in the conventions of test/golden/README.md. All fields are there: also those that the version lacks, and tagged
 * ones at their default.
 */
final class MessageText {
  private final StringBuilder text = new StringBuilder();

  static String of(Message message) throws ReflectiveOperationException {
    MessageText text = new MessageText();
    text.struct(message);
    return text.text.toString();
  }

  static String quoted(String value) {
    MessageText text = new MessageText();
    text.string(value);
    return text.text.toString();
  }

  static String hex(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private void struct(Message message) throws ReflectiveOperationException {
    MessageShape shape = MessageShape.of(message.getClass());
    text.append('{');
    String separator = "";
    for (MessageShape.Member member : shape.members) {
      text.append(separator).append('"').append(member.name()).append("\":");
      separator = ",";
      Object value = member.get(message);
      if (member.unsigned32()) text.append(value);
      else any(value);
    }
    unknownTags(message.unknownTaggedFields(), separator);
    text.append('}');
  }

  private void unknownTags(List<RawTaggedField> fields, String before) {
    if (fields.isEmpty()) return;
    text.append(before).append("\"_unknownTaggedFields\":[");
    String separator = "";
    for (RawTaggedField field : fields) {
      text.append(separator).append("{\"tag\":").append(field.tag());
      text.append(",\"hex\":\"").append(HexFormat.of().formatHex(field.data())).append("\"}");
      separator = ",";
    }
    text.append(']');
  }

  private void any(Object value) throws ReflectiveOperationException {
    if (value == null) text.append("null");
    else if (value instanceof Message message) struct(message);
    else if (value instanceof Collection<?> collection) array(collection);
    else if (value instanceof String string) string(string);
    else if (value instanceof Long || value instanceof Uuid) text.append('"').append(value).append('"');
    else if (value instanceof Double number) number(number);
    else if (value instanceof byte[] bytes) bytes(ByteBuffer.wrap(bytes));
    else if (value instanceof ByteBuffer buffer) bytes(buffer);
    else if (value instanceof MemoryRecords records) bytes(records.buffer());
    else if (value instanceof Number || value instanceof Boolean) text.append(value);
    else throw new IllegalStateException("no text for a " + value.getClass().getName());
  }

  private void array(Collection<?> elements) throws ReflectiveOperationException {
    text.append('[');
    String separator = "";
    for (Object element : elements) {
      text.append(separator);
      any(element);
      separator = ",";
    }
    text.append(']');
  }

  private void number(double value) {
    if (Double.isFinite(value)) text.append(value);
    else text.append('"').append(value).append('"');
  }

  private void bytes(ByteBuffer buffer) {
    text.append('"').append(hex(buffer)).append('"');
  }

  private void string(String value) {
    text.append('"');
    for (char unit : value.toCharArray()) {
      if (unit == '"' || unit == '\\') text.append('\\').append(unit);
      else if (unit < ' ') text.append(String.format("\\u%04x", (int) unit));
      else text.append(unit);
    }
    text.append('"');
  }
}

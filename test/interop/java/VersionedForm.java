import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;

/** Behind its version: subscriptions and assignments, control records, and values in the coordinators' logs. */
final class VersionedForm implements MessageForm {
  static final MessageForm instance = new VersionedForm();

  private VersionedForm() {}

  @Override
  public String name() {
    return "prefixedHex";
  }

  @Override
  public ByteBuffer write(Message message, short version) {
    return MessageUtil.toVersionPrefixedByteBuffer(version, message);
  }

  @Override
  public Message read(Class<? extends Message> type, short version, ByteBuffer bytes) throws ReflectiveOperationException {
    ByteBuffer left = bytes.duplicate();
    short stated = left.getShort();
    if (stated != version) throw new IllegalStateException("version " + stated + " instead of " + version);
    return MessageForm.plain.read(type, version, left);
  }
}

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Readable;

/** How a message travels: by itself, or behind something that says what it is. Kafka's own classes write and read both. */
interface MessageForm {
  /** The member of a JSON line that holds a message in this form. */
  String name();

  ByteBuffer write(Message message, short version);

  Message read(Class<? extends Message> type, short version, ByteBuffer bytes) throws ReflectiveOperationException;

  /** The body by itself. */
  MessageForm plain =
      new MessageForm() {
        @Override
        public String name() {
          return "hex";
        }

        @Override
        public ByteBuffer write(Message message, short version) {
          ObjectSerializationCache cache = new ObjectSerializationCache();
          int size = message.size(cache, version);
          ByteBufferAccessor written = new ByteBufferAccessor(ByteBuffer.allocate(size));
          message.write(written, cache, version);
          if (written.remaining() > 0) throw new IllegalStateException(written.remaining() + " bytes less than declared");
          written.flip();
          return written.buffer();
        }

        @Override
        public Message read(Class<? extends Message> type, short version, ByteBuffer bytes)
            throws ReflectiveOperationException {
          ByteBuffer left = bytes.duplicate();
          Message message =
              type.getConstructor(Readable.class, short.class).newInstance(new ByteBufferAccessor(left), version);
          if (left.hasRemaining()) throw new IllegalStateException(left.remaining() + " bytes are left over");
          return message;
        }
      };
}

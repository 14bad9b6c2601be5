import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
import org.apache.kafka.coordinator.transaction.TransactionCoordinatorRecordSerde;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/** How the records of Kafka's own logs travel, by the type that their schema states. */
final class LogForms {
  private LogForms() {}

  static MessageForm of(Class<? extends Message> type, String schemaType) {
    return switch (schemaType) {
      case "coordinator-key" -> new CoordinatorKey(serde(type));
      case "metadata" -> new MetadataRecord();
      default -> VersionedForm.instance;
    };
  }

  private static CoordinatorRecordSerde serde(Class<? extends Message> type) {
    if (type.getName().contains(".coordinator.group.")) return new GroupCoordinatorRecordSerde();
    if (type.getName().contains(".coordinator.share.")) return new ShareCoordinatorRecordSerde();
    return new TransactionCoordinatorRecordSerde();
  }

  /** Behind the type of the record, which tells the coordinator what it is. */
  private record CoordinatorKey(CoordinatorRecordSerde serde) implements MessageForm {
    @Override
    public String name() {
      return "keyHex";
    }

    @Override
    public ByteBuffer write(Message message, short version) {
      return ByteBuffer.wrap(serde.serializeKey(CoordinatorRecord.tombstone((ApiMessage) message)));
    }

    @Override
    public Message read(Class<? extends Message> type, short version, ByteBuffer bytes) {
      return serde.deserialize(bytes.duplicate(), null).key();
    }
  }

  /** Behind a frame version, the type and the version, as varints. */
  private record MetadataRecord() implements MessageForm {
    @Override
    public String name() {
      return "recordHex";
    }

    @Override
    public ByteBuffer write(Message message, short version) {
      ApiMessageAndVersion versioned = new ApiMessageAndVersion((ApiMessage) message, version);
      ObjectSerializationCache cache = new ObjectSerializationCache();
      int size = MetadataRecordSerde.INSTANCE.recordSize(versioned, cache);
      ByteBufferAccessor written = new ByteBufferAccessor(ByteBuffer.allocate(size));
      MetadataRecordSerde.INSTANCE.write(versioned, cache, written);
      written.flip();
      return written.buffer();
    }

    @Override
    public Message read(Class<? extends Message> type, short version, ByteBuffer bytes) {
      ByteBufferAccessor left = new ByteBufferAccessor(bytes.duplicate());
      ApiMessageAndVersion read = MetadataRecordSerde.INSTANCE.read(left, bytes.remaining());
      if (read.version() != version) throw new IllegalStateException("version " + read.version() + " instead of " + version);
      return read.message();
    }
  }
}

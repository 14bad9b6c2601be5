import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** A file of record sets, each behind its length as an int32. */
final class RecordSetFile implements AutoCloseable {
  private final DataOutputStream output;

  private RecordSetFile(DataOutputStream output) {
    this.output = output;
  }

  static RecordSetFile create(String name) throws IOException {
    return new RecordSetFile(new DataOutputStream(new BufferedOutputStream(new FileOutputStream(name), 1 << 20)));
  }

  static void read(String name, Consumer<ByteBuffer> consumer) throws IOException {
    try (DataInputStream input = new DataInputStream(new BufferedInputStream(new FileInputStream(name), 1 << 20))) {
      while (true) {
        byte[] set = new byte[input.readInt()];
        input.readFully(set);
        consumer.accept(ByteBuffer.wrap(set));
      }
    } catch (EOFException end) {
      // Every set is whole, as the lengths say where the next one begins.
    }
  }

  void write(ByteBuffer set) throws IOException {
    byte[] bytes = new byte[set.remaining()];
    set.duplicate().get(bytes);
    output.writeInt(bytes.length);
    output.write(bytes);
  }

  @Override
  public void close() throws IOException {
    output.close();
  }
}

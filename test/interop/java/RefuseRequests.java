import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;

/**
 * Refuses requests as Apache Kafka's brokers do. Every line of the input has an API's key, a version, an error's number and a request's bytes
 * in hexadecimal; every line of the output has the bytes of the answer, "silence" where there is none, or what went wrong.
 */
public final class RefuseRequests {
  public static void main(String[] arguments) throws Exception {
    try (Stream<String> lines = Files.lines(Path.of(arguments[0]))) {
      List<String> answers = lines.map(RefuseRequests::answer).toList();
      Files.write(Path.of(arguments[1]), answers);
    }
  }

  private static String answer(String line) {
    String[] parts = line.split(" ", -1);
    short version = Short.parseShort(parts[1]);
    try {
      ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(parts[3]));
      ApiKeys api = ApiKeys.forId(Integer.parseInt(parts[0]));
      AbstractRequest request = AbstractRequest.parseRequest(api, version, new ByteBufferAccessor(bytes)).request;
      AbstractResponse response = request.getErrorResponse(0, Errors.forCode(Short.parseShort(parts[2])).exception());
      return response == null ? "silence" : MessageText.hex(MessageForm.plain.write(response.data(), version));
    } catch (RuntimeException failure) {
      return "failed " + failure;
    }
  }
}

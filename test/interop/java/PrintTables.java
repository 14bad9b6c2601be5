import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.InvalidMetadataException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;

/** Prints Kafka's errors, and the APIs of the broker's listener, as one JSON object. */
public final class PrintTables {
  public static void main(String[] arguments) {
    List<String> errors = new ArrayList<>();
    for (Errors error : Errors.values())
      errors.add(
          String.format(
              "{\"code\":%d,\"name\":\"%s\",\"retriable\":%b,\"refreshMetadata\":%b}",
              error.code(),
              error.name(),
              error.exception() instanceof RetriableException,
              error.exception() instanceof InvalidMetadataException));
    List<String> apis = new ArrayList<>();
    for (ApiKeys api : ApiKeys.values()) if (api.hasValidVersion() && api.inScope(ListenerType.BROKER)) apis.add(describe(api));
    System.out.println("{\"errors\":[" + String.join(",", errors) + "],\"apis\":[" + String.join(",", apis) + "]}");
  }

  private static String describe(ApiKeys api) {
    short oldest = api.messageType.lowestSupportedVersion();
    short newest = api.messageType.highestSupportedVersion(true);
    List<String> versions = new ArrayList<>();
    for (short version = oldest; version <= newest; version++)
      versions.add(String.format("{\"version\":%d,\"throttle\":%b}", version, throttles(api, version)));
    return String.format(
        "{\"key\":%d,\"name\":\"%s\",\"minVersion\":%d,\"maxVersion\":%d,\"newest\":%d,\"versions\":[%s]}",
        api.id, api.name, oldest, api.messageType.highestSupportedVersion(false), newest, String.join(",", versions));
  }

  /** Whether a client has to hold back by itself; Kafka keeps that in the class around the answer, so one is made. */
  private static boolean throttles(ApiKeys api, short version) {
    ApiMessage answer = api.messageType.newResponse();
    try {
      ByteBufferAccessor bytes = new ByteBufferAccessor(MessageForm.plain.write(answer, version));
      return AbstractResponse.parseResponse(api, bytes, version).shouldClientThrottle(version);
    } catch (NullPointerException refused) {
      throw new IllegalStateException("no answer to " + api + " v" + version + " with all fields at their default", refused);
    }
  }
}

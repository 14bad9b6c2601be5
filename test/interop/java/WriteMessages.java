import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.message.AbortedTxn;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.ControlRecordTypeSchema;
import org.apache.kafka.common.message.DefaultPrincipalData;
import org.apache.kafka.common.message.EndTxnMarker;
import org.apache.kafka.common.message.KRaftVersionRecord;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Message;

/**
 * Writes random messages with Apache Kafka's classes, as JSON lines: every API of the broker's listener in every version, unstable
 * ones too, the headers, and what travels inside messages and control records. Arguments: seed, cases of a version, output file.
 */
public final class WriteMessages {
  private static final List<Class<? extends ApiMessage>> others =
      List.of(
          AbortedTxn.class,
          ConsumerProtocolAssignment.class,
          ConsumerProtocolSubscription.class,
          ControlRecordTypeSchema.class,
          DefaultPrincipalData.class,
          EndTxnMarker.class,
          KRaftVersionRecord.class,
          LeaderChangeMessage.class,
          SnapshotFooterRecord.class,
          SnapshotHeaderRecord.class,
          VotersRecord.class);

  private final MessageCases cases;
  private final PrintStream output;

  private WriteMessages(MessageCases cases, PrintStream output) {
    this.cases = cases;
    this.output = output;
  }

  public static void main(String[] arguments) throws Exception {
    long seed = Long.parseLong(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    try (PrintStream output =
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(arguments[2]), 1 << 20), false, StandardCharsets.UTF_8)) {
      WriteMessages program = new WriteMessages(new MessageCases(seed, count, output), output);
      for (ApiKeys api : ApiKeys.values())
        if (api.hasValidVersion() && api.inScope(ListenerType.BROKER)) program.write(api);
      for (ApiMessage header : List.of(new RequestHeaderData(), new ResponseHeaderData()))
        program.writeAll(header, "header", MessageForm.plain);
      for (Class<? extends ApiMessage> type : others)
        program.writeAll(type.getConstructor().newInstance(), "data", VersionedForm.instance);
      if (output.checkError()) throw new IllegalStateException("the output could not be written");
    }
  }

  private void write(ApiKeys api) throws ReflectiveOperationException {
    short newest = api.messageType.highestSupportedVersion(true);
    for (short version = api.messageType.lowestSupportedVersion(); version <= newest; version++) {
      write(api, version, api.messageType.newRequest(), "request");
      write(api, version, api.messageType.newResponse(), "response");
    }
  }

  private void write(ApiKeys api, short version, ApiMessage message, String kind) throws ReflectiveOperationException {
    boolean isRequest = kind.equals("request");
    short headerVersion = isRequest ? api.requestHeaderVersion(version) : api.responseHeaderVersion(version);
    String facts = String.format("\"apiKey\":%d,\"headerVersion\":%d", api.id, headerVersion);
    cases.print(message.getClass(), version, named(message, kind) + "," + facts, MessageForm.plain);

    RandomMessages chance = cases.chance(message.getClass().getSimpleName() + " frame", version);
    for (int index = 0; index < 3; index++) {
      Class<? extends Message> headerType = isRequest ? RequestHeaderData.class : ResponseHeaderData.class;
      Message header = chance.draw(headerType, headerVersion, new RandomMessages.Style(0.2, 0, 0, false));
      if (header instanceof RequestHeaderData request) request.setRequestApiKey(api.id).setRequestApiVersion(version);
      Message body = chance.draw(message.getClass(), version, chance.anyStyle());
      ByteBuffer headerBytes = MessageCases.checked(header, headerVersion);
      ByteBuffer bodyBytes = MessageCases.checked(body, version);
      ByteBuffer frame = ByteBuffer.allocate(4 + headerBytes.remaining() + bodyBytes.remaining());
      frame.putInt(frame.capacity() - 4).put(headerBytes.duplicate()).put(bodyBytes.duplicate()).flip();
      output.printf("{%s,%s,\"version\":%d,\"case\":\"frame\",", named(message, "frame"), facts, version);
      output.printf("\"headerLength\":%d,\"header\":%s,", headerBytes.remaining(), MessageText.of(header));
      String value = MessageText.of(MessageForm.plain.read(body.getClass(), version, bodyBytes));
      output.println("\"hex\":\"" + MessageText.hex(frame) + "\",\"value\":" + value + "}");
    }
  }

  private void writeAll(ApiMessage message, String kind, MessageForm form) throws ReflectiveOperationException {
    for (short version = message.lowestSupportedVersion(); version <= message.highestSupportedVersion(); version++)
      cases.print(message.getClass(), version, named(message, kind), form);
  }

  private static String named(Message message, String kind) {
    String name = message.getClass().getSimpleName();
    // What is named for being data, and not just called so by the generator, keeps its name.
    if (!kind.equals("data")) name = name.replaceFirst("Data$", "");
    return "\"name\":\"" + name + "\",\"kind\":\"" + kind + "\"";
  }
}

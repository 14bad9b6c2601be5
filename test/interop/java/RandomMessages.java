import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/** Messages of any of Kafka's generated classes with random values, as a version's schema admits them. */
final class RandomMessages {
  /**
   * How often a nullable field is null, a tagged field is set, and a struct carries tagged fields that nobody knows.
   * With `elseDefaults` nothing else is drawn: fields keep their defaults, and arrays of structs get one element.
   */
  record Style(double nulls, double tagged, double unknownTags, boolean elseDefaults) {}

  static final Style onlyNulls = new Style(1, 0, 0, true);
  static final Style allTagged = new Style(0.15, 1, 0, false);
  static final Style unknownTagged = new Style(0.15, 0.5, 0.8, false);

  private final Random random;
  private final RandomValues values;
  private Style style;

  /** How many more values are drawn freely; below zero everything is kept short. */
  private int budget;

  RandomMessages(Random random) {
    this.random = random;
    this.values = new RandomValues(random);
  }

  Style anyStyle() {
    double[] often = {0, 0.15, 0.5};
    double[] all = {0, 0.5, 1};
    return new Style(often[random.nextInt(3)], all[random.nextInt(3)], values.chance(0.2) ? 0.3 : 0, false);
  }

  Message draw(Class<? extends Message> type, short version, Style chosen) throws ReflectiveOperationException {
    style = chosen;
    values.longBytes = values.chance(0.1) ? 0.3 : 0;
    budget = new int[] {10, 60, 60, 300}[random.nextInt(4)];
    Message message = MessageShape.of(type).create();
    fill(message, MessageShape.of(type).schemas[version]);
    return message;
  }

  private void fill(Message message, Schema schema) throws ReflectiveOperationException {
    MessageShape shape = MessageShape.of(message.getClass());
    for (BoundField field : schema.fields()) {
      if (field.def.type instanceof TaggedFields tagged) fillTagged(message, shape, tagged.fields());
      else {
        MessageShape.Member member = shape.member(field.def.name);
        if (isDrawn(field.def.type, member.get(message))) member.set(message, value(field.def.type, member));
      }
    }
  }

  private boolean isDrawn(Type type, Object standard) {
    // A default that is null where null is not admitted cannot be kept.
    return !style.elseDefaults || type.isNullable() || hasParts(type) || standard == null;
  }

  private void fillTagged(Message message, MessageShape shape, Map<Integer, Field> known)
      throws ReflectiveOperationException {
    for (Field field : known.values()) {
      MessageShape.Member member = shape.member(field.name);
      if (style.elseDefaults) {
        if (field.type.isNullable()) member.set(message, null);
      } else if (values.chance(style.tagged)) member.set(message, otherThan(member.get(message), field.type, member));
    }
    if (values.chance(style.unknownTags)) message.unknownTaggedFields().addAll(unknownTags(shape.knownTags));
  }

  private Object otherThan(Object unwanted, Type type, MessageShape.Member member) throws ReflectiveOperationException {
    for (int attempts = 0; attempts < 100; attempts++) {
      Object value = value(type, member);
      if (!Objects.deepEquals(value, unwanted)) return value;
    }
    throw new IllegalStateException("every value drawn for " + member.name() + " was the default");
  }

  private List<RawTaggedField> unknownTags(Set<Integer> known) {
    int[] tags = {0, 1, 2, 3, 5, 63, 127, 128, 1000, 16383, 16384, 2_097_152, Integer.MAX_VALUE - 1};
    TreeMap<Integer, RawTaggedField> fields = new TreeMap<>();
    for (int count = 1 + random.nextInt(4); count > 0; count--) {
      int tag = tags[random.nextInt(tags.length)];
      if (!known.contains(tag)) fields.put(tag, new RawTaggedField(tag, values.bytes(budget < 0)));
    }
    return new ArrayList<>(fields.values());
  }

  private Object value(Type type, MessageShape.Member member) throws ReflectiveOperationException {
    budget--;
    if (type.isNullable() && values.chance(style.nulls)) return null;
    if (type.isArray()) return array(type.arrayElementType().get(), member);
    if (type instanceof Schema schema) return struct(member.field().getType(), schema);
    return values.of(member.field().getType(), isUnsigned(type), budget < 0);
  }

  private Message struct(Class<?> type, Schema schema) throws ReflectiveOperationException {
    Message message = MessageShape.of(type).create();
    fill(message, schema);
    return message;
  }

  @SuppressWarnings("unchecked")
  private Collection<Object> array(Type elementType, MessageShape.Member member) throws ReflectiveOperationException {
    Class<?> type = member.field().getType();
    Collection<Object> elements =
        type == List.class ? new ArrayList<>() : (Collection<Object>) type.getConstructor().newInstance();
    int length = length(elementType);
    for (int index = 0; index < length; index++) {
      budget--;
      if (elementType instanceof Schema schema) {
        if (!elements.add(struct(member.element(), schema))) throw new IllegalStateException(member.name() + ": not added");
      } else elements.add(values.of(member.element(), isUnsigned(elementType), true));
    }
    return elements;
  }

  private int length(Type elementType) {
    if (style.elseDefaults) return elementType instanceof Schema ? 1 : 0;
    if (budget < 0) return random.nextInt(6) == 0 ? 1 : 0;
    // Past 126 elements a compact length takes two bytes.
    if (values.chance(0.03)) return elementType instanceof Schema schema && isDeep(schema) ? 8 : 126 + random.nextInt(4);
    return random.nextInt(4);
  }

  /** Whether the type is a struct, or an array of them. */
  private static boolean hasParts(Type type) {
    return type instanceof Schema || type.isArray() && type.arrayElementType().get() instanceof Schema;
  }

  private static boolean isDeep(Schema schema) {
    return Arrays.stream(schema.fields()).anyMatch(field -> hasParts(field.def.type));
  }

  private static boolean isUnsigned(Type type) {
    return type == Type.UINT16 || type == Type.UNSIGNED_INT32;
  }
}

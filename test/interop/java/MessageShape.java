import static org.apache.kafka.common.protocol.types.Type.UNSIGNED_INT32;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;

/** What reflection tells of a class that Kafka generated from a message's schema. */
final class MessageShape {
  /**
   * One field: `element` is the class of a collection's elements, null for anything else. `unsigned32` tells a number of 32 bits that
   * Java keeps in a long from one of 64 bits.
   */
  record Member(Field field, Method setter, Class<?> element, boolean unsigned32) {
    String name() {
      return field.getName();
    }

    Object get(Message message) throws ReflectiveOperationException {
      return field.get(message);
    }

    void set(Message message, Object value) throws ReflectiveOperationException {
      setter.invoke(message, value);
    }
  }

  private static final Map<Class<?>, MessageShape> known = new HashMap<>();

  /** The fields in the schema's order. */
  final List<Member> members = new ArrayList<>();

  /** The schemas by version; null where a version doesn't exist. */
  final Schema[] schemas;

  /** The tags of all versions: Kafka's classes refuse one in a version that does not have it yet. */
  final Set<Integer> knownTags = new HashSet<>();

  private final Class<?> type;
  private final Map<String, Member> byBareName = new HashMap<>();

  private MessageShape(Class<?> type) throws ReflectiveOperationException {
    this.type = type;
    this.schemas = (Schema[]) type.getField("SCHEMAS").get(null);
    for (Schema schema : schemas)
      if (schema != null && taggedFields(schema) != null) knownTags.addAll(taggedFields(schema).keySet());
    for (Field field : type.getDeclaredFields()) {
      // What has no setter of its own belongs to the collection that the message is in.
      if (Modifier.isStatic(field.getModifiers()) || field.getName().equals("_unknownTaggedFields")) continue;
      if (field.getName().equals("next") || field.getName().equals("prev")) continue;
      field.setAccessible(true);
      Member member = new Member(field, setter(field), element(field), isUnsigned(field));
      members.add(member);
      byBareName.put(bare(field.getName()), member);
    }
  }

  static MessageShape of(Class<?> type) throws ReflectiveOperationException {
    MessageShape shape = known.get(type);
    if (shape == null) known.put(type, shape = new MessageShape(type));
    return shape;
  }

  Message create() throws ReflectiveOperationException {
    return (Message) type.getConstructor().newInstance();
  }

  Member member(String schemaName) {
    Member member = byBareName.get(bare(schemaName));
    if (member == null) throw new IllegalStateException(type.getName() + " has no field for " + schemaName);
    return member;
  }

  /** The tagged fields of a version by their tags; null where the version has no tagged section. */
  static Map<Integer, org.apache.kafka.common.protocol.types.Field> taggedFields(Schema schema) {
    for (BoundField field : schema.fields()) if (field.def.type instanceof TaggedFields tagged) return tagged.fields();
    return null;
  }

  private boolean isUnsigned(Field field) {
    return Stream.of(schemas)
        .filter(schema -> schema != null)
        .flatMap(schema -> Stream.of(schema.fields()))
        .anyMatch(each -> each.def.type == UNSIGNED_INT32 && bare(each.def.name).equals(bare(field.getName())));
  }

  private Method setter(Field field) throws NoSuchMethodException {
    String name = field.getName();
    return type.getMethod("set" + Character.toUpperCase(name.charAt(0)) + name.substring(1), field.getType());
  }

  private static Class<?> element(Field field) {
    if (!Collection.class.isAssignableFrom(field.getType())) return null;
    // Either a List, or a collection of the message's own that extends one of Kafka's.
    Type generic = field.getGenericType();
    if (!(generic instanceof ParameterizedType)) generic = field.getType().getGenericSuperclass();
    return (Class<?>) ((ParameterizedType) generic).getActualTypeArguments()[0];
  }

  /** A schema says `kraft_version`, the class `kRaftVersion`. */
  private static String bare(String name) {
    return name.replace("_", "").toLowerCase(Locale.ROOT);
  }
}

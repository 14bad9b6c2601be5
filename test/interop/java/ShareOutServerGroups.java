import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.api.assignor.ConsumerGroupPartitionAssignor;
import org.apache.kafka.coordinator.group.api.assignor.MemberAssignment;
import org.apache.kafka.coordinator.group.api.assignor.PartitionAssignorException;
import org.apache.kafka.coordinator.group.api.assignor.SubscribedTopicDescriber;
import org.apache.kafka.coordinator.group.api.assignor.SubscriptionType;
import org.apache.kafka.coordinator.group.assignor.RangeAssignor;
import org.apache.kafka.coordinator.group.assignor.UniformAssignor;
import org.apache.kafka.coordinator.group.modern.Assignment;
import org.apache.kafka.coordinator.group.modern.GroupSpecImpl;
import org.apache.kafka.coordinator.group.modern.MemberSubscriptionAndAssignmentImpl;

/** Has the server's assignors share out random groups, round after round while members and topics change, and prints every round as one JSON object. */
public final class ShareOutServerGroups implements SubscribedTopicDescriber {
  private final Random random;
  private final Map<Uuid, Integer> topics = new LinkedHashMap<>();
  private final Map<String, Member> members = new LinkedHashMap<>();
  private boolean sameTopics;

  private record Member(Optional<String> instanceId, Set<Uuid> topicIds, Map<Uuid, List<Integer>> target) {}

  private ShareOutServerGroups(Random random) {
    this.random = random;
  }

  /** Arguments: the seed, the number of groups, the file to write. */
  public static void main(String[] arguments) throws Exception {
    Random random = new Random(Long.parseLong(arguments[0]));
    try (PrintStream out = new PrintStream(arguments[2], StandardCharsets.UTF_8)) {
      for (int group = Integer.parseInt(arguments[1]); group > 0; group--) new ShareOutServerGroups(random).live(out);
    }
  }

  private void live(PrintStream out) {
    ConsumerGroupPartitionAssignor assignor = random.nextInt(4) == 0 ? new RangeAssignor() : new UniformAssignor();
    sameTopics = random.nextBoolean();
    for (int topic = random.nextInt(random.nextInt(4) == 0 ? 20 : 5); topic >= 0; topic--) topics.put(randomUuid(), partitions());
    for (int member = random.nextInt(random.nextInt(4) == 0 ? 30 : 6); member >= 0; member--) join();
    for (int round = 0; round < 4; round++) {
      shareOut(assignor, out);
      change();
    }
  }

  private int partitions() {
    return random.nextInt(random.nextInt(5) == 0 ? 80 : 12);
  }

  private Uuid randomUuid() {
    return new Uuid(random.nextLong(), random.nextLong());
  }

  private void join() {
    String id = "member-" + Integer.toHexString(random.nextInt());
    Optional<String> instanceId = random.nextInt(3) == 0 ? Optional.of("instance-" + Integer.toHexString(random.nextInt())) : Optional.empty();
    members.put(id, new Member(instanceId, subscription(), Map.of()));
  }

  private Set<Uuid> subscription() {
    if (sameTopics) return new LinkedHashSet<>(topics.keySet());
    List<Uuid> wanted = new ArrayList<>(topics.keySet());
    Collections.shuffle(wanted, random);
    return new LinkedHashSet<>(wanted.subList(0, random.nextInt(wanted.size() + 1)));
  }

  private void change() {
    if (random.nextInt(3) == 0) topics.replaceAll((topic, count) -> count + random.nextInt(3));
    if (random.nextInt(3) == 0 && members.size() > 1) members.keySet().removeIf(id -> random.nextInt(4) == 0 && members.size() > 1);
    if (random.nextInt(3) == 0) topics.put(randomUuid(), partitions());
    if (random.nextInt(3) == 0 && topics.size() > 1) topics.remove(topics.keySet().iterator().next());
    if (random.nextBoolean()) join();
    // Topics that are gone are in nobody's subscription, though they may be in what somebody had.
    Set<Uuid> common = subscription();
    members.replaceAll((id, member) -> new Member(member.instanceId, resubscribed(member, common), member.target));
  }

  private Set<Uuid> resubscribed(Member member, Set<Uuid> common) {
    if (sameTopics) return common;
    if (random.nextInt(4) == 0) return subscription();
    Set<Uuid> kept = new LinkedHashSet<>(member.topicIds);
    kept.retainAll(topics.keySet());
    return kept;
  }

  private void shareOut(ConsumerGroupPartitionAssignor assignor, PrintStream out) {
    Map<String, MemberSubscriptionAndAssignmentImpl> specs = new HashMap<>();
    Map<Uuid, Map<Integer, String>> owners = new HashMap<>();
    members.forEach((id, member) -> {
      Map<Uuid, Set<Integer>> target = new HashMap<>();
      member.target.forEach((topic, partitions) -> {
        target.put(topic, new HashSet<>(partitions));
        for (int partition : partitions) owners.computeIfAbsent(topic, any -> new HashMap<>()).put(partition, id);
      });
      specs.put(id, new MemberSubscriptionAndAssignmentImpl(Optional.empty(), member.instanceId, member.topicIds, new Assignment(target)));
    });
    SubscriptionType type = sameTopics ? SubscriptionType.HOMOGENEOUS : SubscriptionType.HETEROGENEOUS;
    String result;
    List<String> described = specs.keySet().stream().map(id -> describe(id, members.get(id))).toList();
    try {
      Map<String, MemberAssignment> shares = assignor.assign(new GroupSpecImpl(specs, type, owners), this).members();
      members.replaceAll((id, member) -> new Member(member.instanceId, member.topicIds, targetOf(shares.get(id))));
      result = "{" + String.join(",", shares.entrySet().stream().map(ShareOutServerGroups::describe).toList()) + "}";
    } catch (PartitionAssignorException refused) {
      result = "\"" + refused.getMessage() + "\"";
    }
    List<String> counts = topics.entrySet().stream().map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue()).toList();
    out.printf("{\"assignor\":\"%s\",\"isHomogeneous\":%b,\"topics\":{%s},\"members\":[%s],\"result\":%s}%n",
        assignor.name(), sameTopics, String.join(",", counts), String.join(",", described), result);
  }

  private Map<Uuid, List<Integer>> targetOf(MemberAssignment share) {
    Map<Uuid, List<Integer>> target = new LinkedHashMap<>();
    if (share != null) share.partitions().forEach((topic, partitions) -> target.put(topic, List.copyOf(partitions)));
    return target;
  }

  private static String describe(String id, Member member) {
    String instanceId = member.instanceId.map(name -> "\"" + name + "\"").orElse("null");
    return String.format("{\"memberId\":\"%s\",\"instanceId\":%s,\"topicIds\":%s,\"target\":%s}", id, instanceId, texts(member.topicIds), pairs(member.target));
  }

  private static String describe(Map.Entry<String, MemberAssignment> share) {
    Map<String, Collection<Integer>> sorted = new TreeMap<>();
    share.getValue().partitions().forEach((topic, partitions) -> sorted.put(topic.toString(), new TreeSet<>(partitions)));
    return "\"" + share.getKey() + "\":" + pairs(sorted);
  }

  private static String texts(Collection<Uuid> ids) {
    return "[" + String.join(",", ids.stream().map(id -> "\"" + id + "\"").toList()) + "]";
  }

  private static String pairs(Map<?, ? extends Collection<Integer>> partitions) {
    return "[" + String.join(",", partitions.entrySet().stream().map(entry -> "[\"" + entry.getKey() + "\"," + entry.getValue() + "]").toList()) + "]";
  }

  @Override
  public int numPartitions(Uuid topicId) {
    return topics.getOrDefault(topicId, -1);
  }

  @Override
  public Set<String> racksForPartition(Uuid topicId, int partition) {
    return Set.of();
  }
}

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Has the consumer's assignors share out random groups, round after round while members and topics change, and prints every round as one JSON object. */
public final class ShareOutClientGroups {
  private final Random random;
  private final String name;
  private final boolean sameTopics;
  private final boolean hasRacks;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, List<PartitionInfo>> topics = new LinkedHashMap<>();
  private final Map<String, Member> members = new LinkedHashMap<>();
  private int generation = 1;

  /** A member with an assignor of its own, as in a process of its own, and what it owns. */
  private final class Member {
    final ConsumerPartitionAssignor assignor = newAssignor();
    final Optional<String> instanceId = random.nextInt(4) == 0 ? Optional.of("instance-" + random.nextInt(1000000)) : Optional.empty();
    final Optional<String> rackId = hasRacks && random.nextInt(5) > 0 ? Optional.of("rack-" + random.nextInt(3)) : Optional.empty();
    List<String> topics = subscription();
    List<TopicPartition> owned = List.of();
    List<TopicPartition> last = List.of();
    int generation = -1;

    Subscription subscription(String id) {
      ByteBuffer userData = assignor.subscriptionUserData(Set.copyOf(topics));
      boolean isEager = !name.equals("cooperative-sticky");
      Subscription subscription = new Subscription(topics, userData, isEager ? List.of() : owned, generation, rackId);
      subscription.setGroupInstanceId(instanceId);
      return subscription;
    }

    private List<String> subscription() {
      List<String> wanted = new ArrayList<>(ShareOutClientGroups.this.topics.keySet());
      if (sameTopics) return wanted;
      Collections.shuffle(wanted, random);
      return new ArrayList<>(wanted.subList(0, 1 + random.nextInt(wanted.size())));
    }
  }

  private ShareOutClientGroups(Random random) {
    this.random = random;
    this.name = List.of("range", "roundrobin", "sticky", "sticky", "cooperative-sticky", "cooperative-sticky").get(random.nextInt(6));
    this.sameTopics = random.nextBoolean();
    this.hasRacks = random.nextInt(3) == 0;
    for (int node = 0; node < 6; node++) nodes.add(new Node(node, "localhost", 9092 + node, hasRacks ? "rack-" + node % 3 : null));
  }

  /** Arguments: the seed, the number of groups, the file to write. */
  public static void main(String[] arguments) throws Exception {
    Random random = new Random(Long.parseLong(arguments[0]));
    try (PrintStream out = new PrintStream(arguments[2], StandardCharsets.UTF_8)) {
      for (int group = Integer.parseInt(arguments[1]); group > 0; group--) new ShareOutClientGroups(random).live(out);
    }
  }

  private ConsumerPartitionAssignor newAssignor() {
    return switch (name) {
      case "range" -> new RangeAssignor();
      case "roundrobin" -> new RoundRobinAssignor();
      case "sticky" -> new StickyAssignor();
      default -> new CooperativeStickyAssignor();
    };
  }

  private void live(PrintStream out) {
    for (int topic = random.nextInt(random.nextInt(4) == 0 ? 15 : 4); topic >= 0; topic--) addTopic();
    for (int member = random.nextInt(random.nextInt(4) == 0 ? 25 : 6); member >= 0; member--) join();
    for (int round = 0; round < 5; round++) {
      shareOut(out);
      change();
    }
  }

  private void addTopic() {
    topics.put("topic-" + random.nextInt(1000000), new ArrayList<>());
    grow(topics.keySet().stream().reduce((first, last) -> last).orElseThrow(), random.nextInt(random.nextInt(5) == 0 ? 60 : 10));
  }

  private void grow(String topic, int by) {
    List<PartitionInfo> partitions = topics.get(topic);
    for (; by >= 0; by--) {
      List<Node> replicas = new ArrayList<>(nodes);
      Collections.shuffle(replicas, random);
      Node[] some = replicas.subList(0, 1 + random.nextInt(2)).toArray(new Node[0]);
      partitions.add(new PartitionInfo(topic, partitions.size(), some[0], some, some));
    }
  }

  private void join() {
    members.put("member-" + Integer.toHexString(random.nextInt()), new Member());
  }

  private void change() {
    if (random.nextInt(4) == 0) topics.keySet().forEach(topic -> grow(topic, random.nextInt(3) - 1));
    if (random.nextInt(3) == 0 && members.size() > 1) members.keySet().removeIf(id -> random.nextInt(4) == 0 && members.size() > 1);
    if (random.nextInt(4) == 0) addTopic();
    if (random.nextInt(4) == 0 && topics.size() > 1) topics.remove(topics.keySet().iterator().next());
    if (random.nextBoolean()) join();
    for (Member member : members.values()) {
      if (sameTopics || random.nextInt(5) == 0) member.topics = member.subscription();
      member.owned = member.owned.stream().filter(partition -> member.topics.contains(partition.topic())).toList();
    }
  }

  private void shareOut(PrintStream out) {
    Map<String, Subscription> subscriptions = new HashMap<>();
    members.forEach((id, member) -> subscriptions.put(id, member.subscription(id)));
    List<String> described = subscriptions.entrySet().stream().map(entry -> describe(entry.getKey(), entry.getValue())).toList();
    List<PartitionInfo> partitions = topics.values().stream().flatMap(List::stream).toList();
    Cluster cluster = new Cluster("cluster", nodes, partitions, Set.of(), Set.of());
    boolean strays = hasStrays();
    String result;
    try {
      Map<String, Assignment> shares = newAssignor().assign(cluster, new GroupSubscription(subscriptions)).groupAssignment();
      result = "{" + shares.entrySet().stream().map(share -> "\"" + share.getKey() + "\":" + pairs(share.getValue().partitions())).collect(Collectors.joining(",")) + "}";
      generation++;
      // Who hears nothing of a round goes on with what it had, and says so the next time.
      members.forEach((id, member) -> {
        if (random.nextInt(10) > 0) take(member, shares.get(id));
      });
    } catch (RuntimeException failed) {
      result = "null";
    }
    out.printf("{\"assignor\":\"%s\",\"topics\":{%s},\"replicaRacks\":%s,\"members\":[%s],\"hasStrays\":%b,\"assignment\":%s}%n", name,
        topics.entrySet().stream().map(topic -> "\"" + topic.getKey() + "\":" + topic.getValue().size()).collect(Collectors.joining(",")),
        hasRacks ? racks() : "null", String.join(",", described), strays, result);
  }

  @SuppressWarnings("removal")
  private void take(Member member, Assignment share) {
    member.owned = List.copyOf(share.partitions());
    member.last = member.owned;
    member.generation = generation;
    member.assignor.onAssignment(share, new ConsumerGroupMetadata("group", generation, "", Optional.empty()));
  }

  /** Whether a member that missed rounds had, in its last one, what it does not want any more: Kafka's class may hand that back to it, for a while or for good. */
  private boolean hasStrays() {
    int newest = members.values().stream().mapToInt(member -> member.generation).max().orElse(-1);
    return members.values().stream().anyMatch(member ->
        member.generation < newest && member.last.stream().anyMatch(partition -> !member.topics.contains(partition.topic())));
  }

  private String racks() {
    return topics.entrySet().stream().map(topic -> "\"" + topic.getKey() + "\":[" + topic.getValue().stream().map(partition ->
        "[" + List.of(partition.replicas()).stream().map(node -> "\"" + node.rack() + "\"").distinct().collect(Collectors.joining(",")) + "]")
        .collect(Collectors.joining(",")) + "]").collect(Collectors.joining(",", "{", "}"));
  }

  private static String describe(String id, Subscription subscription) {
    ByteBuffer userData = subscription.userData();
    return String.format("{\"memberId\":\"%s\",\"groupInstanceId\":%s,\"topics\":[%s],\"ownedPartitions\":%s,\"generationId\":%d,\"rackId\":%s,\"userData\":%s}",
        id, text(subscription.groupInstanceId()), subscription.topics().stream().map(topic -> "\"" + topic + "\"").collect(Collectors.joining(",")),
        pairs(subscription.ownedPartitions()), subscription.generationId().orElse(-1), text(subscription.rackId()),
        userData == null ? "null" : "\"" + HexFormat.of().formatHex(userData.array(), userData.arrayOffset(), userData.limit()) + "\"");
  }

  private static String text(Optional<String> value) {
    return value.map(some -> "\"" + some + "\"").orElse("null");
  }

  private static String pairs(List<TopicPartition> partitions) {
    return partitions.stream().map(partition -> "[\"" + partition.topic() + "\"," + partition.partition() + "]").collect(Collectors.joining(",", "[", "]"));
  }
}

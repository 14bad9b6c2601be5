import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes transactions of three producers, which take turns within them, and messages outside of any; commits some and aborts the others, as
 * chance has it by a seed; leaves one open at the end. Prints what Java's own consumer reads with read_committed: an offset and a value a line.
 *
 * <p>Arguments: bootstrap servers, topic (one partition), seed, steps.
 */
public final class SendTransactions {
  private SendTransactions() {}

  public static void main(String[] args) throws Exception {
    String servers = args[0];
    TopicPartition partition = new TopicPartition(args[1], 0);
    Random random = new Random(Long.parseLong(args[2]));
    int steps = Integer.parseInt(args[3]);
    List<KafkaProducer<String, String>> producers = new ArrayList<>();
    for (int index = 0; index < 3; index++) {
      KafkaProducer<String, String> producer = producer(servers, "writer-" + args[1] + "-" + index);
      producer.initTransactions();
      producers.add(producer);
    }
    try (KafkaProducer<String, String> plain = producer(servers, null)) {
      boolean[] open = new boolean[producers.size()];
      for (int step = 0; step < steps; step++) {
        int chosen = random.nextInt(producers.size() + 1);
        if (chosen == producers.size()) {
          send(plain, partition, "plain " + step, 1 + random.nextInt(2));
          continue;
        }
        KafkaProducer<String, String> producer = producers.get(chosen);
        if (!open[chosen]) producer.beginTransaction();
        open[chosen] = true;
        send(producer, partition, "transaction " + step, 1 + random.nextInt(3));
        int end = random.nextInt(4);
        if (end == 0) producer.commitTransaction();
        if (end == 1) producer.abortTransaction();
        open[chosen] = end > 1;
      }
      for (int index = 0; index < producers.size(); index++) if (open[index]) producers.get(index).abortTransaction();
      send(plain, partition, "before the open one", 1);
      producers.get(0).beginTransaction();
      send(producers.get(0), partition, "open", 2);
      send(plain, partition, "behind the open one", 1);
    }
    print(servers, partition);
    // The open transaction is left as it is: closing its producer would end it.
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private static KafkaProducer<String, String> producer(String servers, String transactionalId) {
    Map<String, Object> configs = new HashMap<>();
    configs.put("bootstrap.servers", servers);
    if (transactionalId != null) configs.put("transactional.id", transactionalId);
    return new KafkaProducer<>(configs, new StringSerializer(), new StringSerializer());
  }

  private static void send(KafkaProducer<String, String> producer, TopicPartition to, String value, int count)
      throws Exception {
    for (int index = 0; index < count; index++)
      producer.send(new ProducerRecord<>(to.topic(), to.partition(), null, value + "." + index));
    producer.flush();
  }

  private static void print(String servers, TopicPartition partition) {
    Map<String, Object> configs = new HashMap<>();
    configs.put("bootstrap.servers", servers);
    configs.put("isolation.level", "read_committed");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(configs, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end)
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200)))
          System.out.println(record.offset() + " " + record.value());
      System.out.println("end " + end);
    }
  }
}

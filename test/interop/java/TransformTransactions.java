import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Reads messages in a group, writes each to another topic, and commits both as one; aborts some rounds, as chance has it by a seed, and begins
 * those again where the group stands. Ends when so many messages were committed. Prints how many rounds were committed and aborted.
 *
 * <p>Arguments: bootstrap servers, topic to read, topic to write, group id (and transactional id), messages, seed.
 */
public final class TransformTransactions {
  private TransformTransactions() {}

  public static void main(String[] args) {
    String from = args[1];
    String to = args[2];
    int wanted = Integer.parseInt(args[4]);
    Random random = new Random(Long.parseLong(args[5]));
    int done = 0;
    int commits = 0;
    int aborts = 0;
    try (KafkaConsumer<String, String> consumer = consumer(args[0], args[3]);
        KafkaProducer<String, String> producer = producer(args[0], args[3])) {
      producer.initTransactions();
      consumer.subscribe(List.of(from));
      while (done < wanted) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
        if (records.isEmpty()) continue;
        producer.beginTransaction();
        for (ConsumerRecord<String, String> record : records)
          producer.send(new ProducerRecord<>(to, record.key(), record.value() + "!"));
        producer.sendOffsetsToTransaction(positions(consumer, records), consumer.groupMetadata());
        if (random.nextInt(3) == 0) {
          producer.abortTransaction();
          rewind(consumer);
          aborts++;
        } else {
          producer.commitTransaction();
          done += records.count();
          commits++;
        }
      }
    }
    System.out.println("commits " + commits + " aborts " + aborts);
  }

  private static Map<TopicPartition, OffsetAndMetadata> positions(
      KafkaConsumer<String, String> consumer, ConsumerRecords<String, String> records) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (TopicPartition partition : records.partitions())
      offsets.put(partition, new OffsetAndMetadata(consumer.position(partition)));
    return offsets;
  }

  private static void rewind(KafkaConsumer<String, String> consumer) {
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(consumer.assignment());
    for (TopicPartition partition : consumer.assignment()) {
      OffsetAndMetadata offset = committed.get(partition);
      if (offset == null) consumer.seekToBeginning(List.of(partition));
      else consumer.seek(partition, offset.offset());
    }
  }

  private static KafkaConsumer<String, String> consumer(String servers, String groupId) {
    Map<String, Object> configs = new HashMap<>();
    configs.put("bootstrap.servers", servers);
    configs.put("group.id", groupId);
    configs.put("isolation.level", "read_committed");
    configs.put("enable.auto.commit", false);
    configs.put("auto.offset.reset", "earliest");
    configs.put("max.poll.records", 20);
    return new KafkaConsumer<>(configs, new StringDeserializer(), new StringDeserializer());
  }

  private static KafkaProducer<String, String> producer(String servers, String transactionalId) {
    Map<String, Object> configs = new HashMap<>();
    configs.put("bootstrap.servers", servers);
    configs.put("transactional.id", transactionalId);
    return new KafkaProducer<>(configs, new StringSerializer(), new StringSerializer());
  }
}

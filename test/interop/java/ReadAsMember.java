import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads a topic as a member of a group, and prints each message as `read VALUE`. Commits what it has printed when partitions go, and when it ends, which
 * SIGTERM has it do.
 */
public final class ReadAsMember implements ConsumerRebalanceListener {
  private final KafkaConsumer<String, String> consumer;
  private final Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();

  private ReadAsMember(Properties properties) {
    consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
  }

  /** Arguments: bootstrap servers, group id, topic, `consumer` or the class of the assignor. */
  public static void main(String[] arguments) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", arguments[0]);
    properties.put("group.id", arguments[1]);
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "earliest");
    if (arguments[3].equals("consumer")) properties.put("group.protocol", "consumer");
    else {
      properties.put("partition.assignment.strategy", "org.apache.kafka.clients.consumer." + arguments[3]);
      properties.put("heartbeat.interval.ms", "200");
    }
    new ReadAsMember(properties).run(arguments[2]);
  }

  private void run(String topic) {
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      consumer.wakeup();
      try {
        closed.await();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }));
    try {
      consumer.subscribe(List.of(topic), this);
      while (true) for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
        System.out.println("read " + record.value());
        done.put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
      }
    } catch (WakeupException asked) {
      System.out.println("closing");
    } finally {
      consumer.close();
      closed.countDown();
    }
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> ready = new HashMap<>(done);
    ready.keySet().retainAll(partitions);
    // A wake-up may come in here as well: it counts for the next poll then.
    try {
      if (!ready.isEmpty()) consumer.commitSync(ready);
    } catch (WakeupException asked) {
      consumer.commitSync(ready);
      consumer.wakeup();
    }
    done.keySet().removeAll(partitions);
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    done.keySet().removeAll(partitions);
  }
}

import java.io.File;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ScheduledFuture;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.common.RequestLocal;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.FetchDataInfo;
import org.apache.kafka.storage.internals.log.LogAppendInfo;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.LogStartOffsetIncrementReason;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.SnapshotFile;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/**
 * Keeps logs of single partitions as Apache Kafka does. Arguments: for each log a directory, and a file with one step a line behind the
 * settings and the time. Prints a line for each step that has something to tell, and an empty one behind each log.
 */
public final class KeepLog {
  private static final int EXPIRATION_MS = 1000;

  private final File folder;
  private final Tasks tasks = new Tasks();
  private final LogConfig config;
  private long now;
  private UnifiedLog log;

  private KeepLog(File folder, Map<String, String> settings) {
    this.folder = folder;
    this.config = new LogConfig(settings);
  }

  public static void main(String[] arguments) throws Exception {
    for (int at = 0; at < arguments.length; at += 2) {
      keep(new File(arguments[at]), Files.readAllLines(Path.of(arguments[at + 1])));
      System.out.println();
    }
  }

  private static void keep(File folder, List<String> lines) throws Exception {
    Map<String, String> settings = new TreeMap<>();
    for (String setting : lines.get(0).split(" ")) {
      settings.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
    }
    KeepLog kept = new KeepLog(folder, settings);
    kept.now = Long.parseLong(lines.get(1));
    kept.open(0, 0, true);
    for (String line : lines.subList(2, lines.size())) {
      String told = kept.take(line.split(" "));
      if (told != null) System.out.println(told);
    }
    kept.log.close();
  }

  private void open(long start, long recoveryPoint, boolean isClean) throws Exception {
    Files.createDirectories(folder.toPath());
    tasks.forget();
    log =
        UnifiedLog.create(
            folder,
            config,
            start,
            recoveryPoint,
            tasks,
            new BrokerTopicStats(),
            time(),
            60_000,
            new ProducerStateManagerConfig(EXPIRATION_MS, false),
            EXPIRATION_MS,
            new LogDirFailureChannel(1),
            isClean,
            Optional.empty());
  }

  private String take(String[] step) throws Exception {
    switch (step[0]) {
      case "append":
        return append(step);
      case "roll":
        if (log.activeSegment().size() > 0) log.roll();
        return null;
      case "watermark":
        log.updateHighWatermark(log.logEndOffset());
        return null;
      case "deleteBefore":
        log.maybeIncrementLogStartOffset(Long.parseLong(step[1]), LogStartOffsetIncrementReason.ClientRecordDeletion);
        log.deleteOldSegments();
        return null;
      case "truncate":
        log.truncateTo(Long.parseLong(step[1]));
        return null;
      case "restart":
        return restart(step[1].equals("clean"));
      case "later":
        now += Long.parseLong(step[1]);
        return null;
      case "expire":
        tasks.runPeriodic();
        return null;
      case "state":
        return state();
      case "read":
        return read(Long.parseLong(step[1]), Integer.parseInt(step[2]));
      case "snapshot":
        return snapshot();
      default:
        throw new IllegalArgumentException(step[0]);
    }
  }

  private String append(String[] step) {
    MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(Base64.getDecoder().decode(step[3])));
    AppendOrigin origin = AppendOrigin.valueOf(step[1].toUpperCase());
    short transactionVersion = Short.parseShort(step[2]);
    try {
      LogAppendInfo info =
          log.appendAsLeader(
              records, 0, origin, RequestLocal.noCaching(), VerificationGuard.SENTINEL, transactionVersion);
      return "appended " + info.firstOffset() + "-" + info.lastOffset();
    } catch (ApiException error) {
      return "refused " + Errors.forException(error);
    }
  }

  private String restart(boolean isClean) throws Exception {
    long start = log.logStartOffset();
    long end = log.logEndOffset();
    if (isClean) log.close();
    else log.closeHandlers();
    open(start, isClean ? end : 0, isClean);
    return null;
  }

  private String state() {
    String producers =
        new TreeMap<>(log.producerStateManager().activeProducers())
            .values().stream().map(KeepLog::text).collect(Collectors.joining(" "));
    return log.logStartOffset()
        + " "
        + log.lastStableOffset()
        + " "
        + log.highWatermark()
        + " "
        + log.logEndOffset()
        + " "
        + producers;
  }

  private static String text(ProducerStateEntry entry) {
    return String.join(
        ":",
        List.of(
            entry.producerId() + "",
            entry.producerEpoch() + "",
            entry.coordinatorEpoch() + "",
            entry.lastTimestamp() + "",
            entry.currentTxnFirstOffset().orElse(-1) + "",
            lastSequence(entry) + "",
            entry.lastDataOffset() + ""));
  }

  private static int lastSequence(ProducerStateEntry entry) {
    int last = -1;
    for (BatchMetadata batch : entry.batchMetadata()) last = batch.lastSeq();
    return last;
  }

  private String read(long offset, int maxBytes) throws Exception {
    FetchDataInfo found = log.read(offset, maxBytes, FetchIsolation.TXN_COMMITTED, true);
    List<String> batches = new ArrayList<>();
    long[] end = {offset};
    for (RecordBatch batch : found.records.batches()) {
      batches.add(batch.baseOffset() + "-" + batch.lastOffset());
      end[0] = batch.nextOffset();
    }
    // How many more there are depends on the offset index, to which crashes and truncations are no matter.
    String aborted =
        found.abortedTransactions.get().stream()
            .filter(one -> one.firstOffset() < end[0])
            .map(one -> one.producerId() + "@" + one.firstOffset())
            .collect(Collectors.joining(","));
    return "read " + String.join(",", batches) + " aborted " + aborted;
  }

  /** What the newest snapshot of producers says. */
  private String snapshot() throws Exception {
    List<SnapshotFile> files = new ArrayList<>(ProducerStateManager.listSnapshotFiles(folder));
    files.sort((one, other) -> Long.compare(one.offset, other.offset));
    if (files.isEmpty()) return "snapshot none";
    SnapshotFile newest = files.get(files.size() - 1);
    return "snapshot " + newest.offset + " " + text(newest.file());
  }

  private static String text(File snapshot) throws Exception {
    return ProducerStateManager.readSnapshot(snapshot).stream()
        .sorted((one, other) -> Long.compare(one.producerId(), other.producerId()))
        .map(KeepLog::text)
        .collect(Collectors.joining(" "));
  }

  /** The system's time, but for the hour. */
  private Time time() {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("milliseconds")) return now;
          try {
            return method.invoke(Time.SYSTEM, arguments);
          } catch (InvocationTargetException error) {
            throw error.getCause();
          }
        };
    return (Time) Proxy.newProxyInstance(KeepLog.class.getClassLoader(), new Class<?>[] {Time.class}, handler);
  }

  /** Does at once what is to be done once, and the rest when it is told to. */
  private static final class Tasks implements Scheduler {
    private final List<Runnable> periodic = new ArrayList<>();
    private final ScheduledFuture<?> done =
        (ScheduledFuture<?>)
            Proxy.newProxyInstance(
                KeepLog.class.getClassLoader(), new Class<?>[] {ScheduledFuture.class}, (proxy, method, arguments) -> true);

    @Override
    public void startup() {}

    @Override
    public void shutdown() {}

    @Override
    public ScheduledFuture<?> schedule(String name, Runnable task, long delayMs, long periodMs) {
      if (periodMs > 0) periodic.add(task);
      else task.run();
      return done;
    }

    @Override
    public void resizeThreadPool(int threads) {}

    void forget() {
      periodic.clear();
    }

    void runPeriodic() {
      periodic.forEach(Runnable::run);
    }
  }
}

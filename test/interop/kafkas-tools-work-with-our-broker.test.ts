import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apacheKafkaClasspath } from "../support/apache-kafka-jars.js";
import { apacheKafkaTools, missingForApacheKafka } from "../support/apache-kafka.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

const topicCommand = "org.apache.kafka.tools.TopicCommand";
const consoleProducer = "org.apache.kafka.tools.ConsoleProducer";
const consoleConsumer = "org.apache.kafka.tools.consumer.ConsoleConsumer";
const dumpLogSegments = "org.apache.kafka.tools.DumpLogSegments";

describe.skipIf(missing !== undefined)(`Apache Kafka's own tools and our broker${leftOut}`, () => {
  let broker: ReferenceBroker;
  let dataDir: string;
  let tools: ReturnType<typeof apacheKafkaTools>;
  const refusals: unknown[] = [];

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "kafkas-tools-"));
    tools = apacheKafkaTools(await apacheKafkaClasspath());
    broker = await startBroker({ dataDir });
    broker.on("disconnected", ({ reason }) => reason !== undefined && refusals.push(reason));
  });
  afterAll(async () => {
    await broker.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Runs a tool against the broker, and gives what it printed. */
  async function run(tool: string, args: readonly string[], input = ""): Promise<string> {
    const server = ["--bootstrap-server", broker.bootstrapServers.join(",")];
    const { code, stdout, stderr } = await tools.runTool(tool, [...args, ...server], { input });
    expect(`${code}\n${stderr}`).toMatch(/^0\n/);
    return stdout;
  }

  test("TopicCommand makes, describes, grows and deletes topics", async () => {
    const made = await run(topicCommand, [
      "--create",
      "--topic",
      "made",
      "--partitions",
      "3",
      "--config",
      "retention.ms=100000",
    ]);
    expect(made).toContain("Created topic made.");
    const described = await run(topicCommand, ["--describe", "--topic", "made"]);
    expect(described).toMatch(
      /Topic: made\s+TopicId: \S{22}\s+PartitionCount: 3\s+ReplicationFactor: 1\s+Configs: retention.ms=100000/,
    );
    expect(described).toMatch(/Partition: 2\s+Leader: 1\s+Replicas: 1\s+Isr: 1/);
    await run(topicCommand, ["--alter", "--topic", "made", "--partitions", "5"]);
    expect(broker.topic("made")?.partitions).toHaveLength(5);
    await run(topicCommand, ["--delete", "--topic", "made"]);
    expect(await run(topicCommand, ["--list"])).not.toContain("made");
  });

  test.each(["none", "gzip", "snappy", "lz4", "zstd"])(
    "what the console producer sends with %s, the console consumer gets, in a group",
    async (codec) => {
      const topic = `console-${codec}`;
      const lines = Array.from({ length: 200 }, (_, index) => `key-${index % 7}:value ${index} äöü €`);
      await run(
        consoleProducer,
        [
          "--topic",
          topic,
          "--compression-codec",
          codec,
          "--reader-property",
          "parse.key=true",
          "--reader-property",
          "key.separator=:",
        ],
        lines.join("\n"),
      );
      const options = [
        "--from-beginning",
        "--group",
        `group-${codec}`,
        "--max-messages",
        "200",
        "--timeout-ms",
        "20000",
        "--formatter-property",
        "print.key=true",
        "--formatter-property",
        "key.separator=:",
      ];
      const got = await run(consoleConsumer, ["--topic", topic, ...options]);
      expect(got.trim().split("\n").sort()).toEqual([...lines].sort());
    },
  );

  test("ConsumerGroupCommand shows what a group has read, and GetOffsetShell where partitions end", async () => {
    const group = await run("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", [
      "--describe",
      "--group",
      "group-none",
    ]);
    expect(group).toMatch(/group-none\s+console-none\s+0\s+200\s+200\s+0\s/);
    expect(await run("org.apache.kafka.tools.GetOffsetShell", ["--topic", "console-none"])).toContain(
      "console-none:0:200",
    );
  });

  test("ConfigCommand and the cluster tool read what was set", async () => {
    await broker.createTopic("set", { configs: { "cleanup.policy": "compact" } });
    expect(await run("kafka.admin.ConfigCommand", ["--describe", "--topic", "set"])).toContain(
      "cleanup.policy=compact",
    );
    expect(await run("org.apache.kafka.tools.ClusterTool", ["cluster-id"])).toContain(broker.clusterId);
  });

  test("ConfigCommand sets, adds to a list, and sets back", async () => {
    const alter = ["--alter", "--topic", "altered"];
    await broker.createTopic("altered");
    await run("kafka.admin.ConfigCommand", [
      ...alter,
      "--add-config",
      "retention.ms=1000,cleanup.policy=[compact,delete]",
    ]);
    const described = await run("kafka.admin.ConfigCommand", ["--describe", "--topic", "altered"]);
    expect(described).toMatch(/retention\.ms=1000 .*DYNAMIC_TOPIC_CONFIG:retention\.ms=1000/);
    expect(described).toContain("cleanup.policy=compact,delete");
    await run("kafka.admin.ConfigCommand", [...alter, "--delete-config", "retention.ms"]);
    expect(await run("kafka.admin.ConfigCommand", ["--describe", "--topic", "altered"])).not.toContain("retention.ms");
  });

  test("DeleteRecordsCommand deletes the beginning of a partition", async () => {
    const file = join(dataDir, "..", `delete-records-${process.pid}.json`);
    const partitions = [{ topic: "console-gzip", partition: 0, offset: 50 }];
    writeFileSync(file, JSON.stringify({ partitions, version: 1 }));
    try {
      const deleted = await run("org.apache.kafka.tools.DeleteRecordsCommand", ["--offset-json-file", file]);
      expect(deleted).toContain("partition: console-gzip-0\tlow_watermark: 50");
    } finally {
      rmSync(file);
    }
    const earliest = ["--topic", "console-gzip", "--time", "earliest"];
    expect(await run("org.apache.kafka.tools.GetOffsetShell", earliest)).toContain("console-gzip:0:50");
  });

  test("ConsumerGroupCommand resets, deletes offsets and deletes a group", async () => {
    const groups = (...args: readonly string[]): Promise<string> =>
      run("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", args);
    const group = ["--group", "group-lz4"];
    const topic = ["--topic", "console-lz4"];
    const reset = ["--reset-offsets", ...group, ...topic];
    expect(await groups(...reset, "--shift-by", "-150", "--dry-run")).toMatch(/group-lz4\s+console-lz4\s+0\s+50/);
    expect(await groups("--describe", ...group)).toMatch(/console-lz4\s+0\s+200\s+200\s+0\s/);
    await groups(...reset, "--to-offset", "20", "--execute");
    expect(await groups("--describe", ...group)).toMatch(/console-lz4\s+0\s+20\s+200\s+180\s/);
    await groups(...reset, "--to-datetime", "2100-01-01T00:00:00.000", "--execute");
    expect(await groups("--describe", ...group)).toMatch(/console-lz4\s+0\s+200\s+200\s+0\s/);
    expect(await groups("--delete-offsets", ...group, ...topic)).toMatch(/console-lz4\s+0\s+Successful/);
    expect(await groups("--delete", ...group)).toContain("group-lz4");
    expect(await groups("--list")).not.toContain("group-lz4");
  });

  test("DumpLogSegments reads every log of the data directory to the last record", async () => {
    const dump = async (folders: readonly string[], ...options: readonly string[]): Promise<string> => {
      const files = folders.flatMap((folder) =>
        readdirSync(join(dataDir, folder))
          .filter((name) => /\.(log|index|timeindex)$/.test(name))
          .map((name) => join(dataDir, folder, name)),
      );
      const all = ["--deep-iteration", ...options, "--files", files.join(",")];
      const { code, stdout, stderr } = await tools.runTool(dumpLogSegments, all);
      expect(`${code}\n${stderr}`).toMatch(/^0\n/);
      expect(stdout).not.toMatch(/isvalid: false|Mismatches|Could not|corrupt/i);
      expect(stdout.match(/^Dumping /gm)).toHaveLength(files.length);
      return stdout;
    };
    for (const codec of ["none", "gzip", "snappy", "lz4", "zstd"]) {
      const text = await dump([`console-${codec}-0`], "--print-data-log");
      expect(text).toContain("value 199 äöü €");
      expect(text).toContain(`compresscodec: ${codec}`);
    }
    const metadata = await dump(["__cluster_metadata-0"], "--cluster-metadata-decoder");
    expect(metadata).toContain('"type":"TOPIC_RECORD","version":0,"data":{"name":"console-none"');
    expect(metadata).toContain(
      '"type":"CONFIG_RECORD","version":0,"data":{"resourceType":2,"resourceName":"set","name":"cleanup.policy","value":"compact"}',
    );
    const offsets = readdirSync(dataDir).filter((name) => name.startsWith("__consumer_offsets-"));
    expect(offsets).toHaveLength(50);
    const decoded = await dump(offsets, "--offsets-decoder");
    for (const codec of ["none", "gzip", "snappy", "lz4", "zstd"]) {
      expect(decoded).toContain(`"group":"group-${codec}","topic":"console-${codec}","partition":0`);
    }
  });

  test("no connection was refused on the way", () => {
    expect(refusals).toEqual([]);
  });
});

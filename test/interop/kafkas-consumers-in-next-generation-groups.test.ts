import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apacheKafkaClasspath } from "../support/apache-kafka-jars.js";
import { apacheKafkaTools, missingForApacheKafka } from "../support/apache-kafka.js";
import type { ChildProgram } from "../support/child-program.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

const consoleConsumer = "org.apache.kafka.tools.consumer.ConsoleConsumer";
const groupCommand = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
const dumpLogSegments = "org.apache.kafka.tools.DumpLogSegments";

describe.skipIf(missing !== undefined)(`Apache Kafka's consumer in groups of our broker (KIP-848)${leftOut}`, () => {
  let broker: ReferenceBroker;
  let kafka: Kafka;
  let dataDir: string;
  let tools: ReturnType<typeof apacheKafkaTools>;
  const programs: ChildProgram[] = [];

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "next-generation-"));
    tools = apacheKafkaTools(await apacheKafkaClasspath());
    // Members go on by their heartbeats: in a test they need not wait for them.
    const intervals = { "group.consumer.min.heartbeat.interval.ms": 300, "group.consumer.heartbeat.interval.ms": 300 };
    broker = await startBroker({ dataDir, topics: [{ topic: "orders", partitions: 4 }], configs: intervals });
    kafka = new Kafka({ brokers: broker.bootstrapServers });
  });
  afterAll(async () => {
    await Promise.all(programs.map((program) => program.close()));
    await kafka.close();
    await broker.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const server = (): string[] => ["--bootstrap-server", broker.bootstrapServers.join(",")];

  /** Begins to read `orders` in a group, by a protocol. */
  function consume(group: string, protocol: "classic" | "consumer"): ChildProgram {
    const reading = ["--topic", "orders", "--group", group, "--from-beginning"];
    const property = ["--command-property", `group.protocol=${protocol}`];
    const program = tools.startTool(consoleConsumer, [...reading, ...property, ...server()]);
    programs.push(program);
    return program;
  }

  /** Sends ten messages to each of the four partitions. */
  async function send(from: number): Promise<readonly string[]> {
    const values = Array.from({ length: 40 }, (_, index) => String(from + index));
    const messages = values.map((value, index) => ({ value, partition: index % 4 }));
    await kafka.producer().send({ topic: "orders", messages });
    return values;
  }

  /** Resolves when a group is stable with so many members. */
  const stable = (group: string, members: number) =>
    broker.waitFor(
      "groupChanged",
      ({ groupId, state, members: ids }) => groupId === group && state === "Stable" && ids.length === members,
      { timeoutMs: 60_000 },
    );

  const linesOf = (...read: readonly ChildProgram[]): readonly string[] =>
    read
      .flatMap(({ stdout }) => stdout.trim().split("\n"))
      .filter((line) => line !== "")
      .sort();

  async function ask(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await tools.runTool(groupCommand, [...args, ...server()]);
    expect(`${code}\n${stderr}`).toMatch(/^0\n/);
    return stdout;
  }

  test("two members share the partitions, one goes, and the other reads everything", async () => {
    const [first, second] = [consume("shared", "consumer"), consume("shared", "consumer")];
    await stable("shared", 2);
    const sent = await send(100);
    await expect.poll(() => linesOf(first, second), { timeout: 30_000 }).toEqual([...sent].sort());
    for (const each of [first, second]) expect(linesOf(each)).toHaveLength(20);

    const members = await ask("--describe", "--group", "shared", "--members", "--verbose");
    expect(members.match(/orders:\d,\d/g)).toHaveLength(4);
    expect(await ask("--describe", "--group", "shared", "--state")).toMatch(/shared .* uniform +Stable +2/);
    expect(await ask("--list", "--type")).toMatch(/shared\s+Consumer/);

    const alone = stable("shared", 1);
    await second.close();
    await alone;
    const later = await send(200);
    await expect.poll(() => linesOf(first), { timeout: 30_000 }).toEqual(expect.arrayContaining([...later]));
    await first.close();
  });

  test("a group moves from the classic protocol while its members read, and back", async () => {
    const classic = consume("moving", "classic");
    await stable("moving", 1);
    const consumer = consume("moving", "consumer");
    await stable("moving", 2);
    const sent = await send(300);
    await expect.poll(() => linesOf(classic, consumer), { timeout: 30_000 }).toEqual(expect.arrayContaining([...sent]));
    expect(linesOf(consumer).length).toBeGreaterThan(0);
    expect(await ask("--list", "--type")).toMatch(/moving\s+Consumer/);
    const back = stable("moving", 1);
    await consumer.close();
    await back;
    expect(await ask("--list", "--type")).toMatch(/moving\s+Classic/);
    const later = await send(400);
    await expect.poll(() => linesOf(classic), { timeout: 30_000 }).toEqual(expect.arrayContaining([...later]));
    await classic.close();
  });

  test("DumpLogSegments reads every record of the groups", async () => {
    const folders = readdirSync(dataDir).filter((name) => name.startsWith("__consumer_offsets-"));
    const files = folders.flatMap((folder) =>
      readdirSync(join(dataDir, folder))
        .filter((name) => name.endsWith(".log"))
        .map((name) => join(dataDir, folder, name)),
    );
    const { code, stdout, stderr } = await tools.runTool(dumpLogSegments, [
      "--deep-iteration",
      "--offsets-decoder",
      "--files",
      files.join(","),
    ]);
    expect(`${code}\n${stderr}`).toMatch(/^0\n/);
    expect(stdout).not.toMatch(/isvalid: false|Could not|corrupt/i);
    // The records of a group, of a member, of the target's epoch, of a member's target and of where it stands.
    for (const type of [3, 5, 6, 7, 8]) expect(stdout).toContain(`key: {"type":"${type}","data":{"groupId":"shared"`);
  });
});

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { owned } from "../groups/dialogues/next-generation.js";
import { apacheKafkaClasspath } from "../support/apache-kafka-jars.js";
import { apacheKafkaTools, missingForApacheKafka } from "../support/apache-kafka.js";
import { GroupDialogue } from "../support/group-dialogue.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

/** Sessions that outlast the tools, however slowly they start. */
const configs = {
  "group.consumer.session.timeout.ms": 600_000,
  "group.consumer.max.session.timeout.ms": 600_000,
  "group.consumer.assignment.interval.ms": 0,
};

describe.skipIf(missing !== undefined)(`Apache Kafka's tools for groups and our broker${leftOut}`, () => {
  let broker: ReferenceBroker;
  let dataDir: string;
  let tools: ReturnType<typeof apacheKafkaTools>;
  let young: GroupDialogue;
  let old: GroupDialogue;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "kafkas-group-tools-"));
    tools = apacheKafkaTools(await apacheKafkaClasspath());
    broker = await startBroker({ dataDir, configs });
    young = await GroupDialogue.open(broker.bootstrapServers[0] ?? "", "young");
    old = await GroupDialogue.open(broker.bootstrapServers[0] ?? "", "old");
    const alpha = await young.client("alpha");
    alpha.groupInstanceId = "i1";
    await alpha.enter(1, { serverAssignor: "range" });
    await alpha.beat(1, { topicPartitions: [owned(young, "orders", 0, 1, 2)] });
    await alpha.commitEpoch(9, alpha.memberEpoch, 0n);
    const beta = await old.client("beta");
    await beta.join(3, { sessionTimeoutMs: 600_000 });
    await beta.sync(3);
    await beta.commitAsMember(8, 0n);
  });
  afterAll(async () => {
    young.close();
    old.close();
    await broker.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Runs a tool against the broker, and gives what it printed. */
  async function run(tool: string, args: readonly string[]): Promise<string> {
    const server = ["--bootstrap-server", broker.bootstrapServers.join(",")];
    const { code, stdout, stderr } = await tools.runTool(tool, [...args, ...server]);
    expect(`${code}\n${stderr}`).toMatch(/^0\n/);
    return stdout;
  }

  const groups = (...args: readonly string[]): Promise<string> =>
    run("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", args);

  test("ConsumerGroupCommand lists groups by type and state", async () => {
    const all = await groups("--list", "--type");
    expect(all).toMatch(/young\s+Consumer\s/);
    expect(all).toMatch(/old\s+Classic\s/);
    expect((await groups("--list", "--type", "consumer")).trim().split("\n").slice(1)).toEqual([
      expect.stringMatching(/^young\s+Consumer\s*$/),
    ]);
    expect((await groups("--list", "--type", "classic", "--state", "stable")).trim().split("\n").slice(1)).toEqual([
      expect.stringMatching(/^old\s+Classic\s+Stable\s*$/),
    ]);
  });

  test("ConsumerGroupCommand describes the state of groups of both kinds", async () => {
    const states = await groups("--describe", "--all-groups", "--state", "--verbose");
    expect(states).toMatch(/young\s+\S+:\d+\s+\(1\)\s+range\s+Stable\s+2\s+2\s+1/);
    expect(states).toMatch(/old\s+\S+:\d+\s+\(1\)\s+range\s+Stable\s+-\s+-\s+1/);
  });

  test("ConsumerGroupCommand describes the members of groups of both kinds", async () => {
    const members = await groups("--describe", "--all-groups", "--members", "--verbose");
    expect(members).toMatch(/young\s+alpha-1\s+i1\s+\/127\.0\.0\.1\s+alpha\s+3\s+2\s+orders:0,1,2\s+2\s+orders:0,1,2/);
    expect(members).toMatch(/old\s+beta-\S+\s+\/127\.0\.0\.1\s+beta\s+0/);
  });

  test("ConsumerGroupCommand describes how far groups of both kinds have come", async () => {
    const offsets = await groups("--describe", "--all-groups", "--offsets");
    expect(offsets).toMatch(/young\s+orders\s+0\s+0\s+0\s+0\s+alpha-1/);
    expect(offsets).toMatch(/old\s+orders\s+0\s+0\s+0\s+0\s/);
  });

  test("ConsumerGroupCommand may not reset or delete a group of either kind while it has members", async () => {
    for (const group of ["young", "old"]) {
      const reset = ["--reset-offsets", "--group", group, "--topic", "orders", "--to-earliest", "--execute"];
      expect(await groups(...reset)).toMatch(/inactive, but the current state is Stable/);
      expect(await groups("--delete", "--group", group)).toContain("GroupNotEmptyException");
      expect(await groups("--delete-offsets", "--group", group, "--topic", "orders")).toContain(
        "GroupSubscribedToTopicException",
      );
    }
  });

  test("ConfigCommand sets, shows and takes back the configuration of a group", async () => {
    const entity = ["--entity-type", "groups", "--entity-name", "young"];
    const config = (...args: readonly string[]) => run("kafka.admin.ConfigCommand", [...args, ...entity]);
    await config("--alter", "--add-config", "consumer.heartbeat.interval.ms=7000,share.isolation.level=read_committed");
    const described = await config("--describe");
    expect(described).toMatch(
      /consumer\.heartbeat\.interval\.ms=7000 .*DYNAMIC_GROUP_CONFIG:consumer\.heartbeat\.interval\.ms=7000, DEFAULT_CONFIG:group\.consumer\.heartbeat\.interval\.ms=5000/,
    );
    expect(described).toContain("share.isolation.level=read_committed");
    expect(await (await young.client("alpha")).beat()).toMatchObject({ heartbeatIntervalMs: 7000 });
    await config("--alter", "--delete-config", "consumer.heartbeat.interval.ms,share.isolation.level");
    expect(await config("--describe")).not.toMatch(/=7000|read_committed/);
  });

  test("ConsumerGroupCommand resets, deletes offsets of and deletes groups of both kinds without members", async () => {
    await (await young.client("alpha")).beat(1, { memberEpoch: -1 });
    await (await old.client("beta")).leave(2);
    for (const group of ["young", "old"]) {
      const topic = ["--group", group, "--topic", "orders"];
      expect(await groups("--reset-offsets", ...topic, "--to-latest", "--execute")).toMatch(
        new RegExp(`${group}\\s+orders\\s+2\\s+0`),
      );
      expect(await groups("--delete-offsets", ...topic)).toMatch(/orders\s+2\s+Successful/);
      expect(await groups("--delete", "--group", group)).toContain("successful");
    }
    expect((await groups("--list")).trim()).toBe("");
  });

  test("DumpLogSegments reads the records of groups of both kinds", async () => {
    const files = readdirSync(dataDir)
      .filter((name) => name.startsWith("__consumer_offsets-"))
      .flatMap((folder) => readdirSync(join(dataDir, folder)).map((name) => join(dataDir, folder, name)))
      .filter((name) => name.endsWith(".log"));
    const dump = ["--deep-iteration", "--offsets-decoder", "--files", files.join(",")];
    const { code, stdout, stderr } = await tools.runTool("org.apache.kafka.tools.DumpLogSegments", dump);
    expect(`${code}\n${stderr}`).toMatch(/^0\n/);
    expect(stdout).not.toMatch(/isvalid: false|Could not|corrupt|Unknown/i);
    for (const type of [1, 2, 3, 5, 6, 7, 8]) expect(stdout).toContain(`key: {"type":"${type}","data":{"group`);
    expect(stdout).toContain('"serverAssignor":"range"');
    expect(stdout).toContain('"partitions":[0,1,2],"assignmentEpochs":[2,2,2]');
  });
});

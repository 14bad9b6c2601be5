import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";

const missing = missingForApacheKafka();

describe.skipIf(missing !== undefined)(`Apache Kafka${missing === undefined ? "" : ` (left out: ${missing})`}`, () => {
  let kafka: ApacheKafka;

  beforeAll(async () => {
    kafka = await startApacheKafka({
      listeners: { SASL: "SASL_PLAINTEXT" },
      properties: {
        "sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512",
        "listener.name.sasl.scram-sha-256.sasl.jaas.config": scramLogin,
        "listener.name.sasl.scram-sha-512.sasl.jaas.config": scramLogin,
      },
      scramUsers: { alice: "wonderland" },
    });
  });

  afterAll(() => kafka.close());

  test("runs on free ports and answers its own tools", async () => {
    const server = ["--bootstrap-server", kafka.bootstrapServers];
    const tool = "org.apache.kafka.tools.TopicCommand";
    const created = await kafka.runTool(tool, [...server, "--create", "--topic", "orders", "--partitions", "3"]);
    expect(created).toMatchObject({ code: 0 });
    const described = await kafka.runTool(tool, [...server, "--describe", "--topic", "orders"]);
    expect(described.stdout).toContain("PartitionCount: 3");
  });

  test("passes messages through its console clients", async () => {
    const server = ["--bootstrap-server", kafka.bootstrapServers, "--topic", "lines"];
    const produced = await kafka.runTool("org.apache.kafka.tools.ConsoleProducer", server, { input: "one\ntwo\n" });
    expect(produced).toMatchObject({ code: 0 });
    const consumed = await kafka.runTool("org.apache.kafka.tools.consumer.ConsoleConsumer", [
      ...server,
      ...["--from-beginning", "--max-messages", "2", "--timeout-ms", "30000"],
    ]);
    expect(consumed.stdout).toBe("one\ntwo\n");
  });

  test("has a listener that asks for a password", () => {
    expect(kafka.listeners["SASL"]).toMatch(/^127\.0\.0\.1:\d+$/);
  });
});

const scramLogin = "org.apache.kafka.common.security.scram.ScramLoginModule required;";

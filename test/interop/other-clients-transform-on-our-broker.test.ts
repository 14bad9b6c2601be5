import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka, logLevel } from "kafkajs";
import { describe, expect, onTestFinished, test } from "vitest";
import { apacheKafkaClasspath } from "../support/apache-kafka-jars.js";
import { apacheKafkaTools, missingForApacheKafka } from "../support/apache-kafka.js";
import { runProgram } from "../support/child-program.js";
import { consumingFrom } from "../support/consuming.js";
import { compileJava } from "../support/java-programs.js";
import { missingForLibrdkafka, runPython } from "../support/python.js";
import { repository } from "../support/repository.js";
import { triedLevels } from "../support/transaction-levels.js";

const messages = 120;

async function start(transactionVersion: 0 | 1 | 2 = 2): Promise<ReferenceBroker> {
  const broker = await startBroker({
    features: { "transaction.version": transactionVersion },
    topics: [
      { topic: "from", partitions: 3 },
      { topic: "to", partitions: 2 },
    ],
  });
  onTestFinished(() => broker.close());
  const run = consumingFrom(broker.bootstrapServers);
  for (let partition = 0; partition < 3; partition++) {
    const values = Array.from({ length: messages / 3 }, (_, index) => `${partition}-${index}`);
    for (const value of values) await run.send("from", partition, [value]);
  }
  await run[Symbol.asyncDispose]();
  return broker;
}

/** Every message that was to be transformed, as it is afterwards. */
const transformed = [0, 1, 2].flatMap((partition) =>
  Array.from({ length: messages / 3 }, (_, index) => `${partition}-${index}!`),
);

/** What our consumer reads to the end of the topic "to". */
async function committed(broker: ReferenceBroker): Promise<readonly string[]> {
  const run = consumingFrom(broker.bootstrapServers);
  try {
    const seen: string[] = [];
    const consumer = run.consumer({ topics: ["to"], groupId: "checks", isolationLevel: "read_committed" });
    const reading = (async () => {
      for await (const message of consumer) seen.push(String(message.value));
    })();
    const isAtEnd = (): boolean => consumer.lag().length === 2 && consumer.lag().every(({ lag }) => lag === 0n);
    await expect.poll(isAtEnd, { timeout: 30_000 }).toBe(true);
    await consumer.close();
    await reading;
    return seen.sort();
  } finally {
    await run[Symbol.asyncDispose]();
  }
}

/** A program's own words: it has to have committed, and aborted. */
function expectRounds(printed: string): void {
  expect(printed).toMatch(/^commits [1-9]\d* aborts [1-9]\d*\n$/);
}

const missingJava = missingForApacheKafka();
describe.skipIf(missingJava !== undefined)(
  `Java${missingJava === undefined ? "" : ` (left out: ${missingJava})`}`,
  () => {
    test.each(triedLevels)(
      "reads, writes and commits both as one on our broker, with transaction.version %i",
      async (transactionVersion) => {
        const broker = await start(transactionVersion);
        const classpath = await apacheKafkaClasspath();
        const java = await compileJava(classpath, ["TransformTransactions"]);
        const servers = broker.bootstrapServers.join(",");
        expectRounds(await java.run("TransformTransactions", [servers, "from", "to", "java", `${messages}`, "7"]));
        expect(await committed(broker)).toEqual([...transformed].sort());
        const consumer = "org.apache.kafka.tools.consumer.ConsoleConsumer";
        const args = ["--bootstrap-server", servers, "--topic", "to", "--from-beginning", "--timeout-ms", "8000"];
        const isolation = ["--isolation-level", "read_committed", "--max-messages", `${messages}`];
        const { stdout } = await apacheKafkaTools(classpath).runTool(consumer, [...args, ...isolation]);
        expect(stdout.trim().split("\n").sort()).toEqual([...transformed].sort());
      },
    );
  },
);

const missingPython = missingForLibrdkafka();
describe.skipIf(missingPython !== undefined)(
  `librdkafka${missingPython === undefined ? "" : ` (left out: ${missingPython})`}`,
  () => {
    test("reads, writes and commits both as one on our broker", async () => {
      const broker = await start();
      const args = [broker.bootstrapServers.join(","), "from", "to", "librdkafka", `${messages}`];
      expectRounds(await runPython("transform_transactions", args));
      expect(await committed(broker)).toEqual([...transformed].sort());
    });
  },
);

// Compiling Go's standard library takes a minute: by hand, with GO_CLIENTS=1.
if (process.env["GO_CLIENTS"] === "1") {
  test("franz-go reads, writes and commits both as one on our broker", async () => {
    const broker = await start();
    const folder = mkdtempSync(join(tmpdir(), "franz-go-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const program = join(folder, "transform");
    const cwd = join(repository, "test/interop/go");
    const built = await runProgram("go", ["build", "-o", program, "."], { cwd, timeoutMs: 500_000 });
    expect(built).toMatchObject({ code: 0 });
    const args = [broker.bootstrapServers.join(","), "from", "to", "franz-go", `${messages}`];
    const { code, stdout, stderr } = await runProgram(program, args, { timeoutMs: 90_000 });
    expect(`${code}${stderr}`).toBe("0");
    expectRounds(stdout);
    expect(await committed(broker)).toEqual([...transformed].sort());
  }, 600_000);
}

test.each(triedLevels)(
  "kafkajs writes and commits offsets as one on our broker, with transaction.version %i",
  async (transactionVersion) => {
    const broker = await start(transactionVersion);
    const kafka = new Kafka({ brokers: [...broker.bootstrapServers], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ transactionalId: "kafkajs", maxInFlightRequests: 1, idempotent: true });
    onTestFinished(() => producer.disconnect());
    await producer.connect();
    let round = 0;
    for (let partition = 0; partition < 3; partition++) {
      for (let from = 0; from < messages / 3; from += 10) {
        for (const isAborted of round++ % 2 === 0 ? [true, false] : [false]) {
          const transaction = await producer.transaction();
          const values = Array.from({ length: 10 }, (_, index) => ({ value: `${partition}-${from + index}!` }));
          await transaction.send({ topic: "to", messages: values });
          const partitions = [{ partition, offset: `${from + 10}` }];
          await transaction.sendOffsets({ consumerGroupId: "kafkajs", topics: [{ topic: "from", partitions }] });
          await (isAborted ? transaction.abort() : transaction.commit());
        }
      }
    }
    expect(await committed(broker)).toEqual([...transformed].sort());
    const admin = kafka.admin();
    onTestFinished(() => admin.disconnect());
    await admin.connect();
    const [offsets] = await admin.fetchOffsets({ groupId: "kafkajs", topics: ["from"] });
    expect(offsets?.partitions.map(({ offset }) => offset)).toEqual(["40", "40", "40"]);
  },
);

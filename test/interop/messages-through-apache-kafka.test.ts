import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readBatches } from "@moldau/protocol-codec";
import { Kafka } from "moldau";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { runProgram } from "../support/child-program.js";
import { readTopic } from "../support/reading.js";
import { repository } from "../support/repository.js";

const missing = missingForApacheKafka();

const consoleProducer = "org.apache.kafka.tools.ConsoleProducer";
const consoleConsumer = "org.apache.kafka.tools.consumer.ConsoleConsumer";
const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

describe.skipIf(missing !== undefined)(
  `messages through Apache Kafka${missing === undefined ? "" : ` (left out: ${missing})`}`,
  () => {
    let apache: ApacheKafka;
    let kafka: Kafka;

    beforeAll(async () => {
      apache = await startApacheKafka();
      kafka = new Kafka({ brokers: [apache.bootstrapServers] });
    });

    afterAll(async () => {
      await kafka?.close();
      await apache?.close();
    });

    /** Runs one of Kafka's programs against the broker, and gives the lines it printed. */
    async function run(tool: string, args: readonly string[], input = ""): Promise<string[]> {
      const all = [...args, "--bootstrap-server", apache.bootstrapServers];
      const { code, stdout, stderr } = await apache.runTool(tool, all, { input });
      expect(`${code}\n${stderr}`).toMatch(/^0\n/);
      return stdout.trimEnd().split("\n");
    }

    /** The codecs of the batches as Apache Kafka's log holds them. */
    function codecsIn(topic: string): string[] {
      const log = readFileSync(join(apache.dataDir, `${topic}-0`, "00000000000000000000.log"));
      return [...new Set([...readBatches(log)].map(({ compression }) => compression))];
    }

    const properties = (option: string, names: readonly string[]): string[] =>
      names.flatMap((name) => [option, `${name}=true`]);

    test("the main job runs, twice at the same time, gives both members work and leaves nothing behind", async () => {
      const job = () =>
        runProgram(process.execPath, ["flights.js", "--brokers", apache.bootstrapServers], {
          cwd: join(repository, "docs/examples"),
        });
      for (const { code, stdout, stderr } of await Promise.all([job(), job()])) {
        expect(`${code}\n${stderr}`).toBe("0\n");
        expect(stdout).toContain("The same figures as computed straight from the file");
        expect(stdout).toMatch(/the first member received [1-9]/);
        expect(stdout).toMatch(/the second member received [1-9]/);
      }
      // The controller says that a topic is deleted; the broker that lists them hears of it a moment later.
      const left = async (): Promise<string[]> =>
        (await kafka.admin().listTopics()).map(({ topic }) => topic).filter((topic) => topic.startsWith("flights-"));
      await expect.poll(left, { timeout: 20_000 }).toEqual([]);
    });

    // One topic for each codec, read by one Java program: starting it takes longer than reading.
    test("Java's consumer reads what we send with each codec: keys, headers, empty and missing values", async () => {
      const expected: string[] = [];
      for (const compression of codecs) {
        const topic = `ours-${compression}`;
        await kafka.admin().createTopics({ topics: [{ topic, partitions: 1 }] });
        const producer = kafka.producer({ compression });
        const ours = Array.from({ length: 100 }, (_, index) => ({
          key: `${compression}-${index}`,
          value: `äöü € ${"again ".repeat(index)}`,
        }));
        const headers = [
          ["one", "1"],
          ["one", "2"],
          ["none", null],
        ] as const;
        await producer.send({ topic, messages: [...ours, { key: compression, value: null, headers }] });
        await producer.send({ topic, messages: [{ key: null, value: "" }] });
        await producer.close();
        // A batch that compressing would not make smaller may go as it is: the second has nothing in it.
        expect(codecsIn(topic)).toContain(compression);
        expected.push(
          ...ours.map(({ key, value }, index) => `Offset:${index}\tNO_HEADERS\t${key}\t${value}`),
          `Offset:100\tone:1,one:2,none:null\t${compression}\tnull`,
          `Offset:101\tNO_HEADERS\tnull\t`,
        );
      }
      const printed = ["print.offset", "print.headers", "print.key"];
      const lines = await run(consoleConsumer, [
        ...["--include", "ours-.*", "--from-beginning", "--timeout-ms", "30000"],
        ...["--max-messages", `${expected.length}`, ...properties("--formatter-property", printed)],
      ]);
      const sorted = (all: readonly string[]): string[] => all.map((line) => line.trimEnd()).toSorted();
      expect(sorted(lines)).toEqual(sorted(expected));
    });

    test.each(codecs)("we read what Java's producer sends with %s: keys, headers and values", async (codec) => {
      const topic = `theirs-${codec}`;
      const expected = Array.from({ length: 200 }, (_, index) => ({
        key: `key-${index}`,
        value: `äöü € ${"again ".repeat(index % 20)}${index}`,
        headers: [
          ["one", "1"],
          ["one", `${index}`],
        ],
      }));
      const input = expected.map(({ key, value, headers }) =>
        [headers.map((pair) => pair.join(":")).join(","), key, value].join("\t"),
      );
      await kafka.admin().createTopics({ topics: [{ topic, partitions: 1 }] });
      const parsed = properties("--reader-property", ["parse.headers", "parse.key"]);
      await run(consoleProducer, ["--topic", topic, "--compression-codec", codec, ...parsed], input.join("\n"));
      expect(await readTopic(kafka, topic, expected.length)).toEqual(expected);
      expect(codecsIn(topic)).toEqual([codec]);
    });
  },
);

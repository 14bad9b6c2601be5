import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { apacheKafkaClasspath } from "../support/apache-kafka-jars.js";
import { apacheKafkaTools, missingForApacheKafka } from "../support/apache-kafka.js";
import { ChildProgram, runProgram } from "../support/child-program.js";
import { missingForKcat } from "../support/kcat.js";
import { repository } from "../support/repository.js";
import { shellCommands } from "../support/shell-commands.js";

const command = join(repository, "packages/reference-broker/bin/reference-broker.js");

let folder: string;
const programs: ChildProgram[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "printed lines ")); // a space, as in "Program Files"
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the command with a topic, and gives the lines that it prints for each client. */
async function printed(...args: readonly string[]): Promise<{ kcat: string; java: string; javaProperties: string[] }> {
  const fixed = ["--port", "0", "--json", "--topic", "orders", "--data", join(folder, "data")];
  const program = new ChildProgram(process.execPath, [command, ...fixed, ...args]);
  programs.push(program);
  await program.waitFor(/"event":"ready".*\n/);
  const [lines] = Object.values<any>(JSON.parse(program.stdout.split("\n")[0] ?? "").connect);
  return JSON.parse(JSON.stringify(lines).replaceAll("PASSWORD", "secret"));
}

const kinds: [string, string[]][] = [
  ["a plain broker", []],
  ["an encrypted one", ["--tls"]],
  ["one that wants certificates", ["--tls", "--tls-clients"]],
  ["one with PLAIN", ["--sasl", "plain", "--user", "alice:secret"]],
  ["an encrypted one with every login", ["--tls", "--user", "alice:secret"]],
];

const noKcat = missingForKcat();

describe.skipIf(noKcat !== undefined)(
  `the line for kcat${noKcat === undefined ? "" : ` (left out: ${noKcat})`}`,
  () => {
    test.each(kinds)("lists the topics of %s", async (_kind, args) => {
      const { kcat } = await printed(...args);
      const [[program = "", ...words] = []] = shellCommands(kcat);
      const { code, stdout, stderr } = await runProgram(program, words);
      expect(`${code}\n${stderr}`).toMatch(/^0\n/);
      expect(stdout).toContain('topic "orders" with 1 partitions');
    });
  },
);

const noKafka = missingForApacheKafka();

describe.skipIf(noKafka !== undefined)(
  `the lines for Java's tools${noKafka === undefined ? "" : ` (left out: ${noKafka})`}`,
  () => {
    test.each(kinds)("list the topics of %s", async (_kind, args) => {
      const { java, javaProperties } = await printed(...args);
      const properties = join(folder, "client.properties");
      writeFileSync(properties, javaProperties.join("\n"));
      const [[program, ...words] = []] = shellCommands(java.replace("client.properties", `'${properties}'`));
      expect(program).toBe("kafka-topics.sh");
      const tools = apacheKafkaTools(await apacheKafkaClasspath());
      const { code, stdout, stderr } = await tools.runTool("org.apache.kafka.tools.TopicCommand", words);
      expect(`${code}\n${stderr}`).toMatch(/^0\n/);
      expect(stdout).toContain("orders");
    });
  },
);

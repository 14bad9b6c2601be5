import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { readRows } from "./csv.js";
import { importCsv } from "./import.js";
import { writeSample } from "./sample.js";

let folder, broker, kafka, topic;
let topics = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "csv-import-test-"));
  broker = await startBroker({ dataDir: join(folder, "broker"), configs: { "num.partitions": 3 } });
  kafka = new Kafka({ brokers: broker.bootstrapServers });
});

after(async () => {
  await kafka.close();
  await broker.close();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  topic = `rows-${++topics}`;
  await broker.createTopic(topic);
});

/** How many messages the topic has, and the ids among them. */
async function contents() {
  const logs = await Promise.all([0, 1, 2].map((partition) => broker.log(topic, partition).records()));
  const ids = logs.flat().map(({ key }) => Number(key));
  return { count: ids.length, ids: new Set(ids) };
}

/** Runs the program as a user does; at its end it says how much memory it took at most. */
function start(file) {
  const atItsEnd = `process.on("exit", () => console.log("peak", process.resourceUsage().maxRSS))`;
  const program = spawn(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(atItsEnd)}`, "main.js", file, "--topic", topic],
    { cwd: import.meta.dirname, env: { ...process.env, KAFKA_BROKERS: broker.bootstrapServers.join() } },
  );
  let output = "";
  for (const stream of [program.stdout, program.stderr]) stream.on("data", (chunk) => (output += chunk));
  const ended = once(program, "close").then(([code]) => ({
    code,
    output,
    peak: Number(/peak (\d+)/.exec(output)?.[1]),
  }));
  return { program, ended };
}

test("rows have quotes, commas and line breaks in them", async () => {
  const lines = ["a,b", '1,"x, ""y""', 'and z"', '"",', "é,"];
  const rows = [];
  for await (const row of readRows(lines)) rows.push(row);
  assert.deepEqual(rows, [
    ["a", "b"],
    ["1", 'x, "y"\nand z'],
    ["", ""],
    ["é", ""],
  ]);
  await assert.rejects(readRows(['a,"b', "c"]).next(), /a quote is never closed/);
});

test("50 MB arrive whole, and take no more memory than a part of them", async () => {
  const file = join(folder, "large.csv");
  const rows = await writeSample(file, 50_000_000);
  const { code, output, peak } = await start(file).ended;
  assert.equal(code, 0, output);
  assert.match(output, new RegExp(`${rows.toLocaleString("en")} rows of 50 MB are in the topic`));
  assert.ok(peak < 200_000, `took ${peak} kB`);
  const ends = await kafka
    .admin()
    .listOffsets({ partitions: [0, 1, 2].map((partition) => ({ topic, partition, at: "latest" })) });
  assert.equal(
    ends.reduce((sum, { offset = 0n }) => sum + Number(offset), 0),
    rows,
  );
});

test("a bad row is named, and the next attempt goes on behind what has arrived", async () => {
  const file = join(folder, "bad.csv");
  const rows = await writeSample(file, 1_000_000);
  const good = await readFile(file, "utf8");
  await writeFile(file, good.replace("\n3210,", "\n3210,one field too many,"));
  const failed = await start(file).ended;
  assert.equal(failed.code, 1);
  assert.match(
    failed.output,
    /The import stopped at row 3210; the first \d+ rows are in Kafka: row 3210 has 6 fields, and the header 5/,
  );

  await writeFile(file, good);
  const { code, output } = await start(file).ended;
  assert.equal(code, 0, output);
  assert.match(output, /rows were imported before/);
  assert.equal((await contents()).count, rows);
});

test("a refusal by the broker names the row, and the next attempt loses nothing", async () => {
  const file = join(folder, "refused.csv");
  const rows = await writeSample(file, 1_000_000);
  broker.intercept({ api: "Produce", topic, nth: 3 }, (request) => request.fail("TOPIC_AUTHORIZATION_FAILED"));
  const error = await importCsv(kafka.producer({ batchSize: 50_000 }), { file, topic }).catch((reason) => reason);
  assert.match(error.message, /stopped at row \d+; the first \d+ rows are in Kafka: .*TOPIC_AUTHORIZATION_FAILED/);
  assert.equal(error.row, error.done + 1);
  const { ids } = await contents();
  for (let id = 1; id <= error.done; id++) assert.ok(ids.has(id), `row ${id} is missing`);
  assert.ok(!ids.has(error.row));

  assert.equal(await importCsv(kafka.producer(), { file, topic, done: error.done }), rows);
  assert.equal((await contents()).ids.size, rows);
});

test("Ctrl+C stops it at once, and the next start goes on from there", async () => {
  const file = join(folder, "interrupted.csv");
  const rows = await writeSample(file, 5_000_000);
  const rule = broker.intercept({ api: "Produce", topic }, (request) => request.delay(100));
  const { program, ended } = start(file);
  await broker.waitFor("response", ({ api }) => api === "Produce");
  program.kill("SIGINT");
  rule.remove();
  const stopped = await ended;
  assert.equal(stopped.code, 1);
  assert.match(stopped.output, /SIGINT came|The operation was aborted/);

  const { code, output } = await start(file).ended;
  assert.equal(code, 0, output);
  assert.equal((await contents()).ids.size, rows);
});

// Imports a CSV file into a topic:
//
//   npm start                                                        50 MB made up for it, into a broker of its own
//   KAFKA_BROKERS=localhost:9092 npm start -- orders.csv --topic orders   a file and a Kafka of yours
//
// Ctrl+C stops it. How far it came stands in FILE.done, and the next start goes on from there.

import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Kafka } from "moldau";
import { importCsv, ImportError } from "./import.js";
import { progressBar } from "./progress.js";
import { writeSample } from "./sample.js";

const {
  values: { topic },
  positionals,
} = parseArgs({
  allowPositionals: true,
  options: { topic: { type: "string", default: "rows" } },
});
const { KAFKA_BROKERS } = process.env;
const folder = await mkdtemp(join(tmpdir(), "csv-import-"));
const broker = KAFKA_BROKERS === undefined ? await startOwnBroker() : undefined;
const kafka = new Kafka({
  clientId: "csv-import",
  brokers: broker?.bootstrapServers ?? KAFKA_BROKERS?.split(",") ?? [],
});
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stopping.abort(new Error(`${signal} came`)));

try {
  const [file = await sample()] = positionals;
  await run(file);
} finally {
  await kafka.close();
  await broker?.close();
  await rm(folder, { recursive: true });
}

async function run(file) {
  const { size } = await stat(file);
  const bar = progressBar(size);
  const begun = await rowsDone(file);
  if (begun > 0) console.log(`${begun.toLocaleString("en")} rows were imported before`);
  let saved = performance.now();
  const onProgress = (progress) => {
    bar.show(progress);
    if (performance.now() - saved < 1_000) return;
    saved = performance.now();
    void saveRowsDone(file, progress.rows);
  };
  try {
    const producer = kafka.producer({ lingerMs: 20, compression: "lz4" });
    const rows = await importCsv(producer, { file, topic, done: begun, signal: stopping.signal, onProgress });
    bar.end();
    await rm(doneFile(file), { force: true });
    console.log(`${rows.toLocaleString("en")} rows of ${(size / 1e6).toFixed(0)} MB are in the topic ${topic}`);
  } catch (error) {
    bar.end();
    if (!(error instanceof ImportError)) throw error;
    await saveRowsDone(file, error.done);
    console.error(error.message);
    process.exitCode = 1;
  }
}

async function sample() {
  const file = join(folder, "sample.csv");
  await writeSample(file, 50_000_000);
  return file;
}

function doneFile(file) {
  return `${file}.done`;
}

async function rowsDone(file) {
  if (!existsSync(doneFile(file))) return 0;
  const rows = Number(await readFile(doneFile(file), "utf8"));
  // To begin anew would send everything twice: that is for whoever runs it to decide.
  if (!Number.isSafeInteger(rows))
    throw new Error(`${doneFile(file)} holds no number of rows; remove it to begin anew.`);
  return rows;
}

async function saveRowsDone(file, rows) {
  await writeFile(doneFile(file), String(rows));
}

/** With its log on disk, so that it is not in the way of whoever looks at the memory. */
async function startOwnBroker() {
  const { startBroker } = await import("@moldau/reference-broker");
  return startBroker({ topics: [{ topic, partitions: 3 }], dataDir: join(folder, "broker") });
}

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runProgram } from "./child-program.js";
import { repository } from "./repository.js";

/** The broker with its tools, and the client alone, of a later version. */
const broker = join(repository, "test/support/apache-kafka.pom.xml");
const clients = join(repository, "test/support/apache-kafka-clients.pom.xml");
const cache = join(repository, "node_modules/.cache/apache-kafka");

/**
 * What this machine lacks for running Apache Kafka, as a sentence; undefined when nothing is missing.
 * For `describe.skipIf(missingForApacheKafka() !== undefined)`, whose title then says what was left out.
 */
export function missingForApacheKafka(): string | undefined {
  const java = javaVersion();
  if (java === undefined) return "Java is not installed; Apache Kafka needs Java 17 or newer";
  if (java < 17) return `Java ${java} is installed; Apache Kafka needs Java 17 or newer`;
  if ([broker, clients].every((pom) => existsSync(libraries(pom))) || succeeds("mvn", ["--version"])) return undefined;
  return "Maven is not installed; it fetches Apache Kafka from Maven Central";
}

/** Apache Kafka's classes as a class path. The first call on a machine fetches them, about 90 files, with Maven. */
export function apacheKafkaClasspath(): Promise<string> {
  return classpath(broker);
}

/** The classes of the Java client alone, of the version whose messages the codec speaks. Fetched in the same way. */
export function apacheKafkaClientsClasspath(): Promise<string> {
  return classpath(clients);
}

async function classpath(pom: string): Promise<string> {
  const folder = libraries(pom);
  if (!existsSync(folder)) await fetchInto(folder, pom);
  return readdirSync(folder)
    .map((jar) => join(folder, jar))
    .join(delimiter);
}

/** One folder for each state of the list of libraries, so that a changed version is never served from yesterday's files. */
function libraries(pom: string): string {
  return join(cache, createHash("sha256").update(readFileSync(pom)).digest("hex").slice(0, 16));
}

async function fetchInto(folder: string, pom: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, "partial-"));
  try {
    const options = ["-B", "-ntp", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${partial}`];
    const { code, stdout } = await runProgram("mvn", options, { timeoutMs: 280_000 });
    if (code !== 0) throw new Error(`Maven could not fetch Apache Kafka:\n${stdout.slice(-4000)}`);
    // Renaming is the last step: a fetch that was interrupted leaves nothing that looks complete.
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function javaVersion(): number | undefined {
  const { error, stderr } = spawnSync("java", ["-version"], { encoding: "utf8" });
  const version = error === undefined ? /version "(?:1\.)?(\d+)/.exec(stderr) : null;
  return version === null ? undefined : Number(version[1]);
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apacheKafkaClasspath } from "./apache-kafka-jars.js";
import { ChildProgram, runProgram, type ProgramOptions, type ProgramResult } from "./child-program.js";
import { archiveOf, quickJava } from "./java-archive.js";

export { missingForApacheKafka } from "./apache-kafka-jars.js";
import { freePorts } from "./free-ports.js";

export interface ApacheKafkaOptions {
  /** Further listeners beside the plain one, by name; each gets a free port. Default: none. */
  listeners?: Readonly<Record<string, "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL">>;
  /** Where listeners say that they are, by name, in place of where they are: `host:port`. Default: where they are. */
  advertised?: Readonly<Record<string, string>>;
  /** Lines of server.properties that are added or replaced, for example those of TLS and SASL. */
  properties?: Readonly<Record<string, string>>;
  /** Users to exist from the start, with their SCRAM passwords. Default: none. */
  scramUsers?: Readonly<Record<string, string>>;
  /** Levels of features that the new cluster is to have, such as `{ "transaction.version": 1 }`. Default: the newest. */
  features?: Readonly<Record<string, number>>;
  /** Options of Java. Default: those for a short life, with which it starts in a third of the time, and works slower once it is warm. */
  java?: readonly string[];
}

/** A running Apache Kafka: one process, broker and controller both, with a data directory of its own that goes with it. */
export interface ApacheKafka {
  /** Where clients find it: `host:port` of the plain listener. */
  readonly bootstrapServers: string;
  /** `host:port` by the names of {@link ApacheKafkaOptions.listeners}. */
  readonly listeners: Readonly<Record<string, string>>;
  readonly classpath: string;
  readonly dataDir: string;
  /** All that the broker has logged. */
  readonly log: string;
  /** Runs one of Apache Kafka's programs to its end, for example `org.apache.kafka.tools.TopicCommand`. */
  runTool(
    mainClass: string,
    args: readonly string[],
    options?: ProgramOptions & { timeoutMs?: number },
  ): Promise<ProgramResult>;
  /** Starts one of Apache Kafka's programs and leaves it running. */
  startTool(mainClass: string, args: readonly string[], options?: ProgramOptions): ChildProgram;
  /** Kills it, does something to the data directory that it left, and starts it again at the same addresses. */
  crash(meanwhile: (dataDir: string) => Promise<void>): Promise<void>;
  /** Ends it, and takes its data away; kills it when it has not ended after `graceMs` (10,000). */
  close(wait?: { readonly graceMs?: number }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts Apache Kafka 4.3.1 on free ports of the loopback interface. Takes some seconds, and once more for Maven on a new machine. */
export async function startApacheKafka(options: ApacheKafkaOptions = {}): Promise<ApacheKafka> {
  const classpath = await apacheKafkaClasspath();
  const folder = mkdtempSync(join(tmpdir(), "apache-kafka-"));
  const names = Object.keys(options.listeners ?? {});
  const [plain, controller, ...others] = await freePorts(names.length + 2);
  const address = (port: number | undefined): string => `127.0.0.1:${port}`;
  const listeners = Object.fromEntries(names.map((name, index) => [name, address(others[index])]));
  const dataDir = join(folder, "data");
  const config = join(folder, "server.properties");
  const all = { PLAINTEXT: address(plain), ...listeners };
  writeFileSync(config, serverProperties(all, address(controller), dataDir, options));
  let server = await formatAndStart(classpath, config, options).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const close = async (wait?: { readonly graceMs?: number }): Promise<void> => {
    await server.close(wait);
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    bootstrapServers: address(plain),
    listeners,
    classpath,
    dataDir,
    get log() {
      return server.stdout + server.stderr;
    },
    ...apacheKafkaTools(classpath),
    async crash(meanwhile) {
      await server.close({ graceMs: 0 });
      await meanwhile(dataDir);
      server = await startServer(classpath, config, options);
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

/** Has one Apache Kafka write down, at its end, which classes it has loaded, so that all later ones start sooner; once for a machine. */
export async function archiveApacheKafkasClasses(): Promise<void> {
  const archive = archiveOf(await apacheKafkaClasspath());
  if (existsSync(archive)) return;
  // Renaming is the last step: Java breaks down over an archive that was left half written.
  const partial = `${archive}.${process.pid}`;
  const kafka = await startApacheKafka({ java: [`-XX:ArchiveClassesAtExit=${partial}`, "-XX:+UseSerialGC"] });
  await kafka.close({ graceMs: 120_000 });
  if (existsSync(partial)) renameSync(partial, archive);
}

/** Apache Kafka's programs without an Apache Kafka: its tools against our broker, and on our data directory. */
export function apacheKafkaTools(classpath: string): Pick<ApacheKafka, "runTool" | "startTool"> {
  const command = (mainClass: string, args: readonly string[]): string[] => [
    ...["-Xmx256m", ...quickJava(classpath), "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"],
    ...["-cp", classpath, mainClass, ...args],
  ];
  return {
    runTool: (mainClass, args, options) => runProgram("java", command(mainClass, args), options),
    startTool: (mainClass, args, options) => new ChildProgram("java", command(mainClass, args), options),
  };
}

async function formatAndStart(classpath: string, config: string, options: ApacheKafkaOptions): Promise<ChildProgram> {
  const users = Object.entries(options.scramUsers ?? {}).flatMap(([name, password]) =>
    ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((kind) => [
      "--add-scram",
      `${kind}=[name=${name},password=${password}]`,
    ]),
  );
  const features = Object.entries(options.features ?? {}).flatMap(([name, level]) => ["--feature", `${name}=${level}`]);
  const format = ["format", "--cluster-id", "MoldauInteropTest00000", "--config", config, ...users, ...features];
  const formatted = await apacheKafkaTools(classpath).runTool("kafka.tools.StorageTool", format);
  if (formatted.code !== 0)
    throw new Error(`Apache Kafka's storage could not be formatted:\n${formatted.stdout}${formatted.stderr}`);
  return startServer(classpath, config, options);
}

async function startServer(classpath: string, config: string, options: ApacheKafkaOptions): Promise<ChildProgram> {
  const java = ["-Xms256m", "-Xmx768m", "-Djava.awt.headless=true", ...(options.java ?? quickJava(classpath))];
  const server = new ChildProgram("java", [...java, "-cp", classpath, "kafka.Kafka", config]);
  try {
    await server.waitFor(/Kafka Server started/, { timeoutMs: 60_000 });
    return server;
  } catch (error) {
    await server.close({ graceMs: 0 });
    throw error;
  }
}

function serverProperties(
  listeners: Readonly<Record<string, string>>,
  controller: string,
  dataDir: string,
  options: ApacheKafkaOptions,
): string {
  const protocols = { PLAINTEXT: "PLAINTEXT", ...options.listeners, CONTROLLER: "PLAINTEXT" };
  const properties: Record<string, string> = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@${controller}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    listeners: asUrls({ ...listeners, CONTROLLER: controller }),
    "advertised.listeners": asUrls({ ...listeners, ...options.advertised }),
    "listener.security.protocol.map": Object.entries(protocols)
      .map(([name, kind]) => `${name}:${kind}`)
      .join(","),
    "log.dirs": dataDir,
    // One broker only; and few partitions of the internal topics, since making fifty costs a second.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    // Waiting three seconds for further members is kind to large groups only.
    "group.initial.rebalance.delay.ms": "0",
    ...options.properties,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

function asUrls(addresses: Readonly<Record<string, string>>): string {
  return Object.entries(addresses)
    .map(([name, at]) => `${name}://${at}`)
    .join(",");
}

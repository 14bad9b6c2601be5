import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { expect, it, onTestFinished } from "vitest";
import { repository } from "../support/repository.js";

// What a deployment does, over and over: SIGTERM at a random moment to a process that works on a busy topic; another one goes on.

const program = join(repository, "test/delivery/programs/stops-when-told.mjs");

/** How many processes are told to end; `STOPS=1000` has it done a thousand times. */
const stops = Number(process.env["STOPS"] ?? 24);

/** What one process does, each in turn. */
const shapes = [["messages"], ["batches"], ["messages", "2"], ["batches", "2"]] as const;

it(
  `each message is worked on once, over ${stops} processes that are told to end at any moment`,
  { timeout: 60_000 + stops * 3000 },
  async () => {
    const { broker, journal, load } = await startWork();
    for (let stop = 0; stop < stops; stop++) {
      const worker = startWorker(broker, journal, shapes[stop % shapes.length]);
      // One in six is told while it starts, or before it has anything to say about signals.
      if (stop % 6 === 5) await sleep(Math.random() * 500);
      else await worker.reading.then(() => sleep(Math.random() * 80));
      await worker.stop();
    }
    await finish({ broker, journal, load });
  },
);

it(
  "each message is worked on once in a rolling deployment, where the next process joins before the last is told to end",
  async () => {
    const { broker, journal, load } = await startWork();
    let worker = startWorker(broker, journal, shapes[0]);
    await worker.reading;
    for (let stop = 0; stop < Math.max(4, stops / 6); stop++) {
      const next = startWorker(broker, journal, shapes[stop % shapes.length]);
      await next.reading.then(() => sleep(Math.random() * 80));
      await worker.stop();
      worker = next;
    }
    await worker.stop();
    await finish({ broker, journal, load });
  },
  120_000 + stops * 1000,
);

/** Orders that come in all the time. */
interface Load {
  /** Sends no more; the values of all that were sent. */
  end(): Promise<readonly string[]>;
}

interface Work {
  readonly broker: ReferenceBroker;
  /** The file in which processes write what they did. */
  readonly journal: string;
  readonly load: Load;
}

async function startWork(): Promise<Work> {
  const broker = await startBroker({ topics: [{ topic: "orders", partitions: 4 }, "bills"] });
  onTestFinished(() => broker.close());
  const folder = mkdtempSync(join(tmpdir(), "moldau-stops-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const journal = join(folder, "journal");
  writeFileSync(journal, "");
  return { broker, journal, load: startLoad(broker, journal) };
}

/** Sends orders, a few hundred ahead of what is done, so that whoever reads is busy and has something buffered. */
function startLoad(broker: ReferenceBroker, journal: string): Load {
  const kafka = new Kafka({ brokers: broker.bootstrapServers });
  onTestFinished(() => kafka.close());
  const producer = kafka.producer();
  const sent: string[] = [];
  let isEnding = false;
  const sending = (async () => {
    while (!isEnding) {
      if (sent.length - countIn(journal) < 400) {
        const values = Array.from({ length: 50 }, (_, index) => orderOf(sent.length + index));
        await producer.send({ topic: "orders", messages: values.map((value) => ({ key: value, value })) });
        sent.push(...values);
      }
      await sleep(10);
    }
  })();
  sending.catch(() => undefined);
  return {
    async end() {
      isEnding = true;
      await sending;
      return sent;
    },
  };
}

/** A process at work. */
interface Worker {
  /** Resolves once it has received a message. */
  readonly reading: Promise<void>;
  /** Sends it a SIGTERM, and checks that it ends well. */
  stop(): Promise<void>;
}

function startWorker(broker: ReferenceBroker, journal: string, shape: readonly string[] = []): Worker {
  const [address = ""] = broker.bootstrapServers;
  const child = spawn(process.execPath, [program, address, journal, ...shape], { stdio: ["pipe", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const failed = ended.then(({ code, signal }) => {
    throw new Error(`the worker ended with ${code ?? signal} before it read anything: ${stderr}`);
  });
  const reading = Promise.race([firstOutput(child), failed]);
  reading.catch(() => undefined);
  return {
    reading,
    async stop() {
      child.kill("SIGTERM");
      const { code, signal } = await ended;
      // Before it listens to signals, one ends it at once: nothing was begun then.
      const isKilled = signal === "SIGTERM" && stdout === "";
      expect({ code: isKilled ? 0 : code, stderr }).toEqual({ code: 0, stderr: "" });
    },
  };
}

function firstOutput({ stdout }: ChildProcess): Promise<void> {
  return new Promise((resolve) => stdout?.once("data", () => resolve()));
}

/** Has the rest done by one more process, and compares. */
async function finish({ broker, journal, load }: Work): Promise<void> {
  const sent = await load.end();
  const worker = startWorker(broker, journal, shapes[0]);
  await expect.poll(() => countIn(journal), { timeout: 50_000, interval: 100 }).toBeGreaterThanOrEqual(sent.length);
  await worker.stop();
  const done = linesIn(journal);
  expect({ repeated: repeatedIn(done), lost: lostFrom(sent, done) }).toEqual({ repeated: [], lost: [] });
  if (process.env["STOPS"] !== undefined) process.stdout.write(`${sent.length} messages, each worked on once\n`);
  const bills = (await broker.log("bills", 0).records()).map(({ value }) => String(value));
  expect(repeatedIn(bills)).toEqual([]);
  expect(bills.length).toBeGreaterThan(sent.length / 6);
}

function linesIn(file: string): string[] {
  return readFileSync(file, "utf8").split("\n").slice(0, -1);
}

/** The value of an order: each of the same length, so that the size of a file tells how many are in it. */
function orderOf(number: number): string {
  return String(number).padStart(8, "0");
}

function countIn(file: string): number {
  return Math.floor(statSync(file).size / `${orderOf(0)}\n`.length);
}

function lostFrom(sent: readonly string[], done: readonly string[]): string[] {
  const known = new Set(done);
  return sent.filter((value) => !known.has(value));
}

function repeatedIn(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}

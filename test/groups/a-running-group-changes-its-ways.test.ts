import { Admin } from "@moldau/admin";
import type { Consumer, ConsumerOptions } from "@moldau/consumer";
import { expect, it } from "vitest";
import { startConsuming, type Consuming } from "../support/consuming.js";

const partitions = 6;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a member of one deployment is started with; each deployment replaces one process after the other. */
const deployments: readonly (readonly [name: string, options: Partial<ConsumerOptions>])[] = [
  ["range alone", { assignors: ["range"] }],
  ["range and cooperative-sticky", { assignors: ["range", "cooperative-sticky"] }],
  ["cooperative-sticky alone", { assignors: ["cooperative-sticky"] }],
  ["the next generation", { protocol: "consumer" }],
  ["cooperative-sticky again", { assignors: ["cooperative-sticky"] }],
  ["range and cooperative-sticky again", { assignors: ["range", "cooperative-sticky"] }],
];

/** Members of the next generation beat as often as the broker says. */
const configs = { "group.consumer.min.heartbeat.interval.ms": 100, "group.consumer.heartbeat.interval.ms": 100 };

/** A process: a consumer that reads, and notes what it has read. */
class Process {
  readonly #consumer: Consumer;
  readonly #loop: Promise<void>;

  constructor(run: Consuming, options: Partial<ConsumerOptions>, seen: Map<string, number>) {
    this.#consumer = run.consumer({ ...options, autoCommitIntervalMs: 100 }, run.client());
    const read = async (): Promise<void> => {
      for await (const { value } of this.#consumer) {
        const text = String(value);
        seen.set(text, (seen.get(text) ?? 0) + 1);
      }
    };
    this.#loop = read();
  }

  get partitions(): number {
    return this.#consumer.assignment().length;
  }

  async stop(): Promise<void> {
    await this.#consumer.close();
    await this.#loop;
  }
}

it(
  "by rolling deployments, from eager to cooperative to the next generation and back, and nothing is lost or read twice",
  { timeout: 180_000 },
  async () => {
    await using run = await startConsuming({ topics: [{ topic: "orders", partitions }], configs });
    const seen = new Map<string, number>();
    let sent = 0;
    let isOver = false;
    const writing = (async () => {
      while (!isOver) {
        await run.send("orders", sent % partitions, [String(sent++)]);
        await pause(5);
      }
    })();
    const [, first = {}] = deployments[0] ?? [];
    const processes = [new Process(run, first, seen), new Process(run, first, seen)];
    const shared = () =>
      expect.poll(() => processes.map((each) => each.partitions), { timeout: 30_000 }).toEqual([3, 3]);
    await shared();
    const admin = new Admin(run.client());
    const types: (string | undefined)[] = [];
    for (const [, options] of deployments.slice(1)) {
      for (const place of [0, 1]) {
        await processes[place]?.stop();
        processes[place] = new Process(run, options, seen);
        await shared();
      }
      types.push((await admin.describeGroups({ groups: ["billing"] }))[0]?.type);
    }
    await admin.close();
    expect(types).toEqual(["classic", "classic", "consumer", "classic", "classic"]);
    isOver = true;
    await writing;
    await expect.poll(() => seen.size, { timeout: 30_000 }).toBe(sent);
    await Promise.all(processes.map((each) => each.stop()));
    expect([...seen.values()].filter((times) => times > 1)).toEqual([]);
  },
);

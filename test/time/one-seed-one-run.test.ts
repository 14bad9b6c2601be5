import { createHook } from "node:async_hooks";
import { inspect } from "node:util";
import { seededRandom } from "@moldau/platform";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { MemoryNetwork, VirtualClock } from "moldau-testing";
import { Kafka, type Consumer } from "moldau";
import { expect, it } from "vitest";

const messageCount = 120;

it("client and broker do the same again from the same seed, to the millisecond and the byte", async () => {
  const first = await play(1);
  const again = await play(1);
  expect(again.trace).toEqual(first.trace);
  expect(first.read.toSorted()).toEqual(first.sent.toSorted());
  expect(first.trace.length).toBeGreaterThan(200);
});

it("other seeds make other runs, and every one of them delivers everything", async () => {
  const runs = [];
  for (let seed = 1; seed <= 5; seed++) runs.push(await play(seed));
  expect(new Set(runs.map(({ trace }) => trace.join("\n"))).size).toBe(runs.length);
  for (const { sent, read } of runs) expect([...new Set(read)].toSorted()).toEqual(sent.toSorted());
});

it("takes no timer, no socket, no file and no thread", async () => {
  const taken = new Set<string>();
  const hook = createHook({ init: (_, type) => void taken.add(type) }).enable();
  const started = performance.now();
  const { virtualMs } = await play(2);
  const realMs = performance.now() - started;
  hook.disable();
  const turnsOfTheLoop = new Set(["Immediate", "Microtask", "PROMISE", "TickObject"]);
  expect([...taken].filter((type) => !turnsOfTheLoop.has(type))).toEqual([]);
  expect(virtualMs).toBeGreaterThan(40_000);
  expect(realMs).toBeLessThan(virtualMs);
});

interface Played {
  /** Every request and every answer, with the virtual time; then every record of the log. */
  readonly trace: readonly string[];
  readonly sent: readonly string[];
  readonly read: readonly string[];
  /** How long it took by the virtual clock. */
  readonly virtualMs: number;
}

/** Lets a producer and a group of two do their work while connections break, all of it from one seed. */
async function play(seed: number): Promise<Played> {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(seed), latencyMs: { least: 1, most: 20 } });
  const startedAt = clock.monotonic();
  const played = await clock.run(scene(seed, { clock, network }));
  return { ...played, virtualMs: clock.monotonic() - startedAt };
}

async function scene(
  seed: number,
  { clock, network }: { readonly clock: VirtualClock; readonly network: MemoryNetwork },
): Promise<Omit<Played, "virtualMs">> {
  const random = seededRandom(seed + 1_000);
  const topics = [{ topic: "orders", partitions: 3 }];
  const broker = await startBroker({ brokers: 2, topics, seed, clock, acceptor: network });
  const trace: string[] = [];
  broker.on("error", (error) => {
    throw error;
  });
  follow(broker, (line) => trace.push(`${clock.monotonic()} ${line}`));
  const kafka = new Kafka({ brokers: broker.bootstrapServers, connector: network, clock, random });
  const read: string[] = [];
  const members = [newMember(kafka), newMember(kafka)];
  const reading = members.map((member) => readAll(member, read));

  const sent: string[] = [];
  const producer = kafka.producer({ lingerMs: 5, compression: "snappy" });
  const outcomes: Promise<unknown>[] = [];
  for (let index = 0; index < messageCount; index++) {
    const value = `message ${index}`;
    sent.push(value);
    outcomes.push(producer.send({ topic: "orders", messages: [{ key: String(index % 7), value }] }));
    await clock.sleep(Math.floor(random() * 100));
    // In the middle a connection goes silent, two break, and somebody sets the clock back: whichever they are.
    const link = network.links[Math.floor(random() * network.links.length)];
    if (index === 30) link?.freeze();
    if (index === 60 || index === 90) link?.cut();
    if (index === 75) clock.setWallClock(-3_600_000);
  }
  await Promise.all(outcomes);
  while (new Set(read).size < messageCount) await clock.sleep(100);
  // Whoever waits on the silent connection has noticed by then.
  await clock.sleep(40_000);
  await Promise.all(members.map((member) => member.close()));
  await Promise.all(reading);
  await kafka.close();
  for (let partition = 0; partition < 3; partition++) {
    for (const record of await broker.log("orders", partition).records()) trace.push(show(record));
  }
  await broker.close();
  return { trace, sent, read };
}

function newMember(kafka: Kafka): Consumer {
  return kafka.consumer({
    groupId: "billing",
    topics: ["orders"],
    startFrom: "earliest",
    autoCommitIntervalMs: 500,
    fetchMaxWaitMs: 2_000,
  });
}

async function readAll(consumer: Consumer, read: string[]): Promise<void> {
  for await (const { value } of consumer) read.push(String(value));
}

/** Writes down every request and every answer. */
function follow(broker: ReferenceBroker, write: (line: string) => void): void {
  broker.on("request", (request) => write(`request ${show(request)}`));
  broker.on("response", (response) => write(`response ${show(response)}`));
  broker.on("connected", (connection) => write(`connected ${show(connection)}`));
  broker.on("disconnected", (connection) => write(`disconnected ${show(connection)}`));
}

function show(what: unknown): string {
  return inspect(what, { depth: null, breakLength: Infinity, maxArrayLength: null, maxStringLength: null });
}

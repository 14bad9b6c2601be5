import { seededRandom } from "@moldau/platform";
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { MemoryNetwork, VirtualClock } from "moldau-testing";
import type { Operation } from "../history/operation.js";
import { Dice } from "./dice.js";
import { workloadTopics } from "./keys.js";
import { moldauClients } from "./moldau-clients.js";
import { runWorkload } from "./run-workload.js";
import { Trouble } from "./trouble.js";

/** Which run it is to be: the same again gives the same again. */
export interface Play {
  readonly seed: number;
  /** The generation of the protocol. */
  readonly transactionVersion: 0 | 1 | 2;
}

/** Plays the mixed workload with our clients on our broker, in trouble, without real time; gives what the processes did and saw. */
export async function playOnReferenceBroker(play: Play): Promise<readonly Operation[]> {
  const clock = new VirtualClock();
  return clock.run(scene(play, clock));
}

async function scene({ seed, transactionVersion }: Play, clock: VirtualClock): Promise<readonly Operation[]> {
  const dice = new Dice(seed + 1_000_000);
  const network = new MemoryNetwork({ clock, random: seededRandom(seed), latencyMs: { least: 1, most: 10 } });
  const broker = await startBroker({
    brokers: dice.pick([1, 3]),
    topics: workloadTopics,
    features: { "transaction.version": transactionVersion },
    configs: {
      "offsets.topic.num.partitions": 3,
      "transaction.state.log.num.partitions": 3,
      "transaction.abort.timed.out.transaction.cleanup.interval.ms": 500,
    },
    seed,
    clock,
    acceptor: network,
  });
  const failures: unknown[] = [];
  broker.on("error", (error) => failures.push(error));
  const newKafka = (): Kafka =>
    new Kafka({
      brokers: broker.bootstrapServers,
      connector: network,
      clock,
      random: dice.random,
      requestTimeoutMs: 3_000,
    });
  const history = await runWorkload({
    clients: moldauClients({ newKafka, transactionTimeoutMs: 6_000 }),
    clock,
    seed,
    forMs: 12_000,
    quietMs: 15_000,
    trouble: new Trouble({ broker, network, clock, dice }),
  });
  await broker.close();
  if (failures.length > 0) throw new AggregateError(failures, `the broker reported ${failures.length} errors`);
  return history;
}

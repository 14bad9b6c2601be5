import type { Clock } from "@moldau/platform";
import type { Operation } from "../history/operation.js";
import type { WorkloadClients } from "./clients.js";
import { Dice } from "./dice.js";
import { inputs, outputs } from "./keys.js";
import { readAsMember, readEverything } from "./readers.js";
import { Recorder } from "./recorder.js";
import type { Scene } from "./scene.js";
import { sendPlain, sendTransactions } from "./senders.js";
import { transform, transformTheRest } from "./transformers.js";

/** How a mixed workload is played. */
export interface WorkloadOptions {
  readonly clients: WorkloadClients;
  readonly clock: Clock;
  /** Decides everything that the processes do. */
  readonly seed: number;
  /** How long things are begun. */
  readonly forMs: number;
  /** How long it is quiet at the end before everything is taken to have been read. */
  readonly quietMs: number;
  /** Makes trouble; told to stop before everything is read. */
  readonly trouble?: { stop(): Promise<void> };
}

/** Lets producers of transactions, a plain one, members that pass on and members that only read work at once, and gives what they did and saw. */
export async function runWorkload(options: WorkloadOptions): Promise<readonly Operation[]> {
  const { clock, clients, forMs, quietMs, trouble } = options;
  const recorder = new Recorder(clock);
  const end = clock.monotonic() + forMs;
  const asides: Promise<void>[] = [];
  let lastValue = 0;
  const scene: Scene = {
    clients,
    clock,
    dice: new Dice(options.seed),
    recorder,
    inputs,
    outputs,
    isOver: () => clock.monotonic() >= end,
    newValue: () => ++lastValue,
    beside: (work) => void asides.push(work),
  };
  await Promise.all([
    sendTransactions(scene, "sender-1"),
    sendTransactions(scene, "sender-2"),
    sendPlain(scene),
    transform(scene, "transformer-1"),
    transform(scene, "transformer-2"),
    readAsMember(scene, "reading", [...inputs, ...outputs]),
    readAsMember(scene, "reading", [...inputs, ...outputs]),
    readAsMember(scene, "reading-alone", outputs),
    clock.sleep(forMs).then(() => trouble?.stop()),
  ]);
  await Promise.all(asides);
  await transformTheRest(scene, quietMs);
  await readEverything(scene, [...inputs, ...outputs], quietMs);
  return recorder.history;
}

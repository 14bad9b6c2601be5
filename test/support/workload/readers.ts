import type { Key } from "../history/operation.js";
import type { WorkloadConsumer } from "./clients.js";
import { insist, untilQuiet, type Scene } from "./scene.js";

/** Reads as a member of a group; leaves it now and then, and comes back as another one. */
export async function readAsMember(scene: Scene, group: string, keys: readonly Key[]): Promise<void> {
  const { clients, clock, dice, recorder } = scene;
  while (!scene.isOver()) {
    const process = recorder.newProcess();
    const consumer = await insist(scene, () => clients.consumer(group, keys));
    recorder.subscribed(process, keys);
    const leaving = clock.sleep(dice.between(1_000, 12_000)).then(() => consumer.close());
    await readOn(scene, consumer, process);
    await leaving;
  }
}

/** Reads everything from the beginning, as nobody did before, until nothing has come for so long. */
export async function readEverything(scene: Scene, keys: readonly Key[], quietMs: number): Promise<void> {
  const process = scene.recorder.newProcess();
  const consumer = await insist(scene, () => scene.clients.consumer(`final-${process}`, keys));
  scene.recorder.subscribed(process, keys);
  const reading = readOn(scene, consumer, process);
  await untilQuiet(scene, quietMs);
  await consumer.close();
  await reading;
}

/** Polls until the consumer is closed. */
async function readOn({ recorder }: Scene, consumer: WorkloadConsumer, process: number): Promise<void> {
  for (;;) {
    const recording = recorder.begin(process, "poll", [["poll"]]);
    const polled = await consumer.poll();
    recording.note({ "rebalance-log": [{ keys: consumer.takeRebalanced() }] });
    recording.step(["poll", polled === undefined ? {} : { [polled.key]: polled.messages }]);
    recording.end("ok");
    if (polled === undefined) return;
  }
}

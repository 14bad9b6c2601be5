import type { Polled, WorkloadConsumer, WorkloadProducer } from "./clients.js";
import type { Recording } from "./recorder.js";
import { insist, untilQuiet, type Scene } from "./scene.js";
import { conduct, sendAll, type TransactionBody } from "./transactions.js";

/** The group of those who pass on. */
export const transforming = "transforming";

/** Polls the inputs, sends what comes of them to the outputs, and commits both as one; leaves, bails out and comes back. */
export async function transform(scene: Scene, transactionalId: string): Promise<void> {
  const { clients, clock, dice, recorder, inputs } = scene;
  while (!scene.isOver()) {
    const process = recorder.newProcess();
    const producer = await insist(scene, () => clients.transactional(transactionalId));
    const consumer = await insist(scene, () => clients.consumer(transforming, inputs));
    recorder.subscribed(process, inputs);
    const leaving = clock.sleep(dice.between(1_000, 12_000)).then(() => consumer.close());
    await passOn(scene, { producer, consumer, process });
    await consumer.close();
    await producer.close();
    await leaving;
  }
}

/** Passes on what is left, as a last member, until nothing has come for so long. */
export async function transformTheRest(scene: Scene, quietMs: number): Promise<void> {
  const { clients, recorder, inputs } = scene;
  const process = recorder.newProcess();
  const producer = await insist(scene, () => clients.transactional("transformer-last"));
  const consumer = await insist(scene, () => clients.consumer(transforming, inputs));
  recorder.subscribed(process, inputs);
  const passingOn = passOn(scene, { producer, consumer, process });
  await untilQuiet(scene, quietMs);
  await consumer.close();
  await passingOn;
  await producer.close();
}

interface Member {
  readonly producer: WorkloadProducer;
  readonly consumer: WorkloadConsumer;
  readonly process: number;
}

/** One transaction for each poll, until the consumer is closed or the producer of no use any more. */
async function passOn(scene: Scene, { producer, consumer, process }: Member): Promise<void> {
  for (let goesOn = true; goesOn;) {
    const recording = scene.recorder.begin(process, "txn", [["poll"]]);
    const polled = await consumer.poll();
    recording.note({ "rebalance-log": [{ keys: consumer.takeRebalanced() }] });
    recording.step(["poll", polled === undefined ? {} : { [polled.key]: polled.messages }]);
    if (polled === undefined) return recording.end("ok");
    recording.note({ group: transforming });
    goesOn = await conduct(scene, producer, { recording, body: bodyFor(scene, { recording, polled, consumer }) });
    if (!recording.isCommitting) consumer.goBack();
  }
}

function bodyFor(
  { dice, clock, outputs, newValue }: Scene,
  {
    recording,
    polled,
    consumer,
  }: { readonly recording: Recording; readonly polled: Polled; readonly consumer: WorkloadConsumer },
): TransactionBody {
  return async (transaction) => {
    const messages = polled.messages.map(() => ({ key: dice.pick(outputs), value: newValue() }));
    const offsetsFirst = dice.chance(1 / 2);
    if (offsetsFirst) await transaction.sendOffsets(consumer);
    await sendAll(recording, messages, (key, value) => transaction.send(key, value));
    if (dice.chance(1 / 20)) await clock.sleep(dice.between(0, 8_000));
    if (!offsetsFirst) await transaction.sendOffsets(consumer);
    return dice.chance(1 / 12) ? "abort" : "commit";
  };
}

import type { Key, Value } from "../history/operation.js";
import type { PlainProducer, WorkloadProducer } from "./clients.js";
import { insist, type Scene } from "./scene.js";
import { conduct, sendAll } from "./transactions.js";

/** Sends transactions of a few messages, one after the other; aborts some, and crashes now and then. */
export async function sendTransactions(scene: Scene, transactionalId: string): Promise<void> {
  while (!scene.isOver()) {
    const process = scene.recorder.newProcess();
    const producer = await insist(scene, () => scene.clients.transactional(transactionalId));
    while (!scene.isOver()) {
      await scene.clock.sleep(scene.dice.between(0, 200));
      if (scene.dice.chance(1 / 25)) {
        scene.beside(goOnAsZombie(scene, producer, process));
        break;
      }
      if (!(await sendOne(scene, producer, process))) {
        await producer.close();
        break;
      }
    }
    if (scene.isOver()) await producer.close();
  }
}

/** Believes that it is still at work, although another one takes its place at once: does one more transaction, slowly. */
async function goOnAsZombie(scene: Scene, producer: WorkloadProducer, process: number): Promise<void> {
  await sendOne(scene, producer, process, scene.dice.between(0, 8_000));
  await producer.close();
}

async function sendOne(scene: Scene, producer: WorkloadProducer, process: number, pauseMs = 0): Promise<boolean> {
  const { dice, recorder } = scene;
  const [first, second] = [messagesFor(scene), messagesFor(scene)];
  const recording = recorder.begin(
    process,
    "txn",
    [...first, ...second].map(({ key, value }) => ["send", key, value]),
  );
  return conduct(scene, producer, {
    recording,
    body: async (transaction) => {
      await sendAll(recording, first, (key, value) => transaction.send(key, value));
      await scene.clock.sleep(dice.chance(1 / 20) ? dice.between(0, 8_000) : pauseMs);
      await sendAll(recording, second, (key, value) => transaction.send(key, value));
      return dice.chance(1 / 8) ? "abort" : "commit";
    },
  });
}

function messagesFor({ dice, inputs, outputs, newValue }: Scene): { readonly key: Key; readonly value: Value }[] {
  const keys = [...inputs, ...outputs];
  return Array.from({ length: dice.between(0, 3) }, () => ({ key: dice.pick(keys), value: newValue() }));
}

/** Sends messages one by one, without transactions. */
export async function sendPlain(scene: Scene): Promise<void> {
  const process = scene.recorder.newProcess();
  const producer = await insist(scene, () => scene.clients.plain());
  while (!scene.isOver()) {
    await scene.clock.sleep(scene.dice.between(0, 300));
    await sendOnePlain(scene, producer, process);
  }
  await producer.close();
}

async function sendOnePlain(
  { dice, inputs, outputs, newValue, recorder }: Scene,
  producer: PlainProducer,
  process: number,
): Promise<void> {
  const [key, value] = [dice.pick([...inputs, ...outputs]), newValue()];
  const recording = recorder.begin(process, "send", [["send", key, value]]);
  const place = recording.step(["send", key, value]);
  try {
    place(["send", key, [await producer.send(key, value), value]]);
    recording.end("ok");
  } catch (error) {
    recording.end(producer.isUnwritten(error) ? "fail" : "info", error);
  }
}

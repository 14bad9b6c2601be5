import { Uuid } from "@moldau/protocol-codec";
import { VirtualClock } from "moldau-testing";
import { expect, onTestFinished, test } from "vitest";
import { defaultLogConfig } from "../log/log-config.js";
import { PartitionLog } from "../log/log.js";
import { FaultyStorage } from "../storage/faulty.js";
import { MemoryStorage } from "../storage/memory.js";
import { Controller } from "./controller.js";
import { MetadataImage } from "./metadata-image.js";
import { clusterRecords } from "./records.js";
import { ClusterState } from "./state.js";

/** A controller, and images of its log that carry out what the test wants. */
async function start() {
  const storage = new FaultyStorage(new MemoryStorage());
  const clock = new VirtualClock();
  const log = await PartitionLog.open({
    storage,
    dir: "__cluster_metadata-0",
    config: defaultLogConfig,
    clock,
    topic: "__cluster_metadata",
    partition: 0,
    topicId: Uuid.metadataTopic,
  });
  const controller = await Controller.open({ log, state: new ClusterState("cluster"), clock });
  onTestFinished(() => controller.close());
  const errors: unknown[] = [];
  const image = (carryOut: (created: readonly string[]) => Promise<void> = async () => undefined): MetadataImage =>
    new MetadataImage({
      log,
      clusterId: "cluster",
      carryOut: ({ created }) => carryOut([...created]),
      onError: (error) => errors.push(error),
    });
  const create = (name: string): Promise<void> =>
    controller.change(() => ({
      records: [clusterRecords.topic.write({ name, topicId: Uuid.random(() => Buffer.from(name.repeat(16))) })],
      answer: undefined,
    }));
  return { controller, storage, image, create, errors };
}

const names = ({ state }: MetadataImage): readonly string[] => Array.from(state.topics(), ({ name }) => name);

test("an image knows what it has read, and lags until it reads on", async () => {
  const { controller, image, create } = await start();
  const carriedOut: (readonly string[])[] = [];
  await create("a");
  const lagging = image(async (created) => void carriedOut.push(created));
  await lagging.load();
  await create("b");
  await create("c");
  expect([names(lagging), lagging.offset]).toEqual([["a"], 1n]);
  await lagging.reach(2n);
  expect(names(lagging)).toEqual(["a", "b"]);
  await lagging.reach(controller.offset);
  expect(names(lagging)).toEqual(["a", "b", "c"]);
  // What was there when the broker began is not carried out: it finds it.
  expect(carriedOut).toEqual([["b"], ["c"]]);
});

test("a change that takes long to carry out holds up neither the controller nor the changes behind it", async () => {
  const { controller, image, create } = await start();
  let finish: () => void = () => undefined;
  const long = new Promise<void>((resolve) => (finish = resolve));
  const one = image(async ([name]) => (name === "slow" ? await long : undefined));
  controller.onChange((_, offset) => one.reach(offset));
  let isAnswered = false;
  const slow = create("slow").then(() => (isAnswered = true));
  await create("fast");
  expect([names(one), isAnswered]).toEqual([["slow", "fast"], false]);
  finish();
  await slow;
});

test("an image that is closed follows no more, and keeps nobody waiting", async () => {
  const { controller, image, create } = await start();
  const stopped = image();
  controller.onChange((_, offset) => stopped.reach(offset));
  await create("a");
  await stopped.close();
  await create("b");
  expect(names(stopped)).toEqual(["a"]);
});

test("a metadata log that cannot be read is reported, and the image stays where it was until it can", async () => {
  const { controller, storage, image, create, errors } = await start();
  const one = image();
  controller.onChange((_, offset) => one.reach(offset));
  storage.fail({ operation: "read" });
  await create("a");
  expect([names(one), errors.length]).toEqual([[], 1]);
  await create("b");
  expect(names(one)).toEqual(["a", "b"]);
});

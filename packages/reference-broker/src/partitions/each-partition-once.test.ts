import { expect, test } from "vitest";
import { eachPartitionOnce } from "./each-partition-once.js";

interface Topic {
  readonly name: string;
  readonly partitions: readonly { readonly index: number; readonly said: string }[];
}

function once(topics: readonly Topic[]): readonly Topic[] {
  return eachPartitionOnce(topics, {
    keyOf: ({ name }) => name,
    itemsOf: ({ partitions }) => partitions,
    numberOf: ({ index }) => index,
    having: (topic, partitions) => ({ ...topic, partitions }),
  });
}

test("what was said of a partition last counts, and partitions keep their order", () => {
  const topics = [
    { name: "a", partitions: [{ index: 1, said: "first" }] },
    { name: "b", partitions: [{ index: 0, said: "only" }] },
    {
      name: "a",
      partitions: [
        { index: 0, said: "only" },
        { index: 1, said: "last" },
      ],
    },
  ];
  expect(once(topics)).toEqual([
    {
      name: "a",
      partitions: [
        { index: 1, said: "last" },
        { index: 0, said: "only" },
      ],
    },
    { name: "b", partitions: [{ index: 0, said: "only" }] },
  ]);
});

test("a topic that is named a hundred thousand times costs a time that grows with the number", () => {
  const topics = Array.from({ length: 100_000 }, (_, index) => ({ name: "a", partitions: [{ index, said: "" }] }));
  const before = process.cpuUsage();
  expect(once(topics)[0]?.partitions).toHaveLength(100_000);
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000);
});

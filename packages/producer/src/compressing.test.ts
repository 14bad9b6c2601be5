import { describe, expect, it } from "vitest";
import { FakeCluster } from "../test-support/fake-cluster.js";
import { Producer } from "./index.js";

const partitions = 80;
const messages = Array.from({ length: partitions * 10 }, (_, index) => ({
  partition: index % partitions,
  value: `${Math.floor(index / partitions)} `.padEnd(10_000, "some text that gets smaller "),
}));

describe("80 partitions with full batches", () => {
  for (const compression of ["lz4", "gzip"] as const) {
    it(`are compressed with ${compression} over many turns of the event loop or by threads, and arrive in order`, async () => {
      const cluster = new FakeCluster({ orders: partitions });
      const producer = new Producer(cluster, { compression, batchSize: 100_000 });
      let turn = 0;
      let isOver = false;
      const count = (): void => {
        turn += 1;
        if (!isOver) setImmediate(count);
      };
      setImmediate(count);
      const bytes = new Map<number, number>();
      cluster.onRequest = (request) => {
        const more = request.values.reduce((sum, { length }) => sum + length, 0);
        bytes.set(turn, (bytes.get(turn) ?? 0) + more);
        void request.succeed();
      };
      await producer.send({ topic: "orders", messages });
      isOver = true;
      // With gzip, threads may have got ready more than a turn compresses.
      if (compression === "lz4") expect(Math.max(...bytes.values())).toBeLessThan(600_000);
      expect(cluster.connections).toBe(1);
      for (let partition = 0; partition < partitions; partition++) {
        const seen = cluster.log("orders", partition).values.map((value) => value.slice(0, 1));
        expect(seen).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
      }
      await producer.close();
    });
  }
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { Fifo } from "./fifo.js";

it("does what an array does, at any length", () => {
  const operation = fc.oneof(
    fc.record({ push: fc.nat() }),
    fc.constant("shift" as const),
    fc.constant("drain" as const),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 300, size: "max" }), (operations) => {
      const fifo = new Fifo<number>();
      let model: number[] = [];
      for (const one of operations) {
        if (one === "shift") expect(fifo.shift()).toBe(model.shift());
        else if (one === "drain") {
          if (model.length % 7 === 0) expect(fifo.drain()).toEqual(model.splice(0));
        } else {
          fifo.push(one.push);
          model = [...model, one.push];
        }
        expect(fifo.length).toBe(model.length);
        expect(fifo.peek()).toBe(model[0]);
        expect([...fifo]).toEqual(model);
      }
    }),
    { numRuns: 100 },
  );
});

it("costs the same per item when it is long", () => {
  const fifo = new Fifo<number>();
  for (let item = 0; item < 20_000; item++) fifo.push(item);
  for (let item = 0; item < 20_000; item++) expect(fifo.shift() === item).toBe(true);
  expect(fifo.shift()).toBeUndefined();
});

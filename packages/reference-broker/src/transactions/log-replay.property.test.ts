import fc from "fast-check";
import { turns } from "moldau-testing";
import { expect, test } from "vitest";
import { ErrorCode } from "@moldau/protocol-codec";
import { TransactionFixture } from "../../testing/transaction-fixture.js";
import type { ProducerIdentity, Transaction } from "./state.js";

const ids = ["t", "u"] as const;

const step = fc.oneof(
  fc.record({ type: fc.constant("init" as const), id: fc.constantFrom(...ids), knows: fc.boolean() }),
  fc.record({
    type: fc.constant("add" as const),
    id: fc.constantFrom(...ids),
    partition: fc.integer({ min: 0, max: 4 }),
    lag: fc.integer({ min: 0, max: 1 }),
  }),
  fc.record({
    type: fc.constant("end" as const),
    id: fc.constantFrom(...ids),
    isCommit: fc.boolean(),
    lag: fc.integer({ min: 0, max: 1 }),
  }),
  fc.record({ type: fc.constant("wait" as const), ms: fc.constantFrom(1000, 70_000, 8 * 24 * 3_600_000) }),
  fc.record({ type: fc.constant("refuse" as const), isOn: fc.boolean() }),
);

/** What the log keeps of a state: all but the last epoch, which Kafka does not write either. */
function kept(transaction: Transaction | undefined): object | undefined {
  return transaction === undefined ? undefined : { ...transaction, lastProducerEpoch: -1 };
}

async function take(fixture: TransactionFixture, happening: typeof step extends fc.Arbitrary<infer S> ? S : never) {
  const { coordinator } = fixture;
  const identity = (id: string, lag = 0): ProducerIdentity => {
    const { producerId, producerEpoch } = coordinator.inspect(id) ?? { producerId: 1n, producerEpoch: 1 };
    return { producerId, producerEpoch: producerEpoch - lag };
  };
  switch (happening.type) {
    case "init":
      await fixture.init(happening.id, happening.knows ? identity(happening.id) : undefined);
      break;
    case "add":
      await fixture.add(happening.id, identity(happening.id, happening.lag), [happening.partition]);
      break;
    case "end":
      await fixture.end(happening.id, identity(happening.id, happening.lag), happening.isCommit);
      break;
    case "wait":
      // A log that refuses is asked ten times a second: not for days.
      if (happening.ms > 100_000) fixture.log.failWith = undefined;
      await fixture.clock.advance(happening.ms);
      break;
    case "refuse":
      fixture.log.failWith = happening.isOn ? ErrorCode.NOT_ENOUGH_REPLICAS : undefined;
      break;
  }
  await turns();
}

test.each([1, 2] as const)(
  "whatever happens under version %i, a coordinator that reads the log alone knows what the running one knows",
  async (version) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const live = await TransactionFixture.start({ version });
        for (const each of steps) {
          await take(live, each);
          const epochs = ids.map((id) => live.coordinator.inspect(id)?.producerEpoch ?? 0);
          expect(Math.min(...epochs)).toBeGreaterThanOrEqual(0);
        }
        const before = ids.map((id) => kept(live.coordinator.inspect(id)));
        live.log.failWith = ErrorCode.NOT_ENOUGH_REPLICAS;
        const again = await live.successor();
        expect(ids.map((id) => kept(again.coordinator.inspect(id)))).toEqual(before);
        await again.coordinator.close();
      }),
      { numRuns: 60, seed: 11 },
    );
  },
);

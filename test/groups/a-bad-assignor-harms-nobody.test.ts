import type { Assignor, Consumer, ConsumerOptions, TopicPartition } from "@moldau/consumer";
import { describe, expect, it } from "vitest";
import { startConsuming, type Consuming } from "../support/consuming.js";

const patient = { timeout: 20_000, interval: 20 };
const partitions = 4;

/** An assignor of one's own: it deals the partitions out in turn, until `goWrong` says what to answer instead. */
class OwnAssignor implements Pick<Assignor, "name" | "rebalanceProtocol" | "assign"> {
  readonly name = "mine";
  goWrong: ((memberIds: readonly string[]) => ReadonlyMap<string, readonly TopicPartition[]>) | undefined;
  readonly rebalanceProtocol: Assignor["rebalanceProtocol"];

  constructor(rebalanceProtocol: Assignor["rebalanceProtocol"]) {
    this.rebalanceProtocol = rebalanceProtocol;
  }

  get option(): Assignor {
    const { name, rebalanceProtocol } = this;
    return { name, rebalanceProtocol, assign: (input) => this.assign(input) };
  }

  assign({ members }: Parameters<Assignor["assign"]>[0]): ReadonlyMap<string, readonly TopicPartition[]> {
    const memberIds = members.map(({ memberId }) => memberId).sort();
    if (this.goWrong !== undefined) return this.goWrong(memberIds);
    const all = Array.from({ length: partitions }, (_, partition) => ({ topic: "orders", partition }));
    return new Map(
      memberIds.map((memberId, place) => [
        memberId,
        all.filter(({ partition }) => partition % memberIds.length === place),
      ]),
    );
  }
}

/** A consumer that reads until its loop ends. */
interface Reading {
  readonly consumer: Consumer;
  readonly values: string[];
  /** What ended the loop; undefined when it ended by itself. */
  readonly ended: Promise<unknown>;
}

function read(run: Consuming, assignor: Assignor, options: Partial<ConsumerOptions> = {}): Reading {
  const consumer = run.consumer({ assignors: [assignor], autoCommitIntervalMs: 60_000, ...options });
  const values: string[] = [];
  const loop = async (): Promise<unknown> => {
    try {
      for await (const { value } of consumer) values.push(String(value));
      return undefined;
    } catch (error) {
      return error;
    }
  };
  return { consumer, values, ended: loop() };
}

async function fill(run: Consuming, round: string): Promise<void> {
  for (let partition = 0; partition < partitions; partition++)
    await run.send("orders", partition, [`${round} ${partition} a`, `${round} ${partition} b`]);
}

const failed = (sentence: string): unknown =>
  expect.objectContaining({
    code: "CLIENT_ASSIGNOR_FAILED",
    retriable: false,
    message: expect.stringContaining(sentence),
  });

describe.each(["eager", "cooperative"] as const)(
  "in a group whose own assignor, a(n) %s one, goes wrong",
  (protocol) => {
    it("every member hears why, and what was done is not read again", async () => {
      await using run = await startConsuming({ topics: [{ topic: "orders", partitions }] });
      const assignor = new OwnAssignor(protocol);
      const first = read(run, assignor.option);
      await first.consumer.connect();
      const second = read(run, assignor.option);
      await expect
        .poll(() => [first, second].map(({ consumer }) => consumer.assignment().length), patient)
        .toEqual([2, 2]);
      await fill(run, "before");
      await expect.poll(() => first.values.length + second.values.length, patient).toBe(2 * partitions);

      assignor.goWrong = ([one = "", other = ""]) => {
        const orders = { topic: "orders", partition: 0 };
        return new Map([
          [one, [orders]],
          [other, [orders]],
        ]);
      };
      const third = read(run, assignor.option);
      for (const { ended } of [first, second, third])
        expect(await ended).toEqual(failed('The assignor "mine" gave orders-0 out twice, to '));

      assignor.goWrong = undefined;
      const again = read(run, assignor.option);
      await fill(run, "after");
      await expect.poll(() => again.values.length, patient).toBe(2 * partitions);
      expect(again.values.filter((value) => !value.startsWith("after"))).toEqual([]);
    });

    it("connect() rejects with it, and a member goes on once the assignor is mended", async () => {
      await using run = await startConsuming({ topics: [{ topic: "orders", partitions }] });
      const assignor = new OwnAssignor(protocol);
      assignor.goWrong = () => {
        throw new RangeError("out of ideas");
      };
      const consumer = run.consumer({ assignors: [assignor.option] });
      await expect(consumer.connect()).rejects.toEqual(failed('The assignor "mine" threw RangeError: out of ideas'));
      await expect(consumer.connect()).rejects.toMatchObject({ cause: new RangeError("out of ideas") });
      assignor.goWrong = undefined;
      await consumer.connect();
      expect(consumer.assignment().length).toBe(partitions);
    });
  },
);

it("user data that cannot be had keeps the member out, with the reason", async () => {
  await using run = await startConsuming({ topics: [{ topic: "orders", partitions }] });
  const userData = (): never => {
    throw new RangeError("none left");
  };
  const consumer = run.consumer({ assignors: [{ ...new OwnAssignor("eager").option, userData }] });
  await expect(consumer.connect()).rejects.toEqual(failed('The assignor "mine" has no user data to give (none left)'));
});

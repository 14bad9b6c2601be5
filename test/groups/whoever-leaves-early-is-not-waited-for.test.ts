import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka, KafkaError, type Consumer, type ConsumerOptions } from "moldau";
import { describe, expect, it, onTestFinished } from "vitest";

/** Longer than any test here may take: whoever is waited for until its session is over makes it fail. */
const sessionTimeoutMs = 60_000;

async function start(): Promise<{
  broker: ReferenceBroker;
  kafka: Kafka;
  consumer: (options?: Partial<ConsumerOptions>) => Consumer;
}> {
  const broker = await startBroker({ topics: [{ topic: "orders", partitions: 4 }] });
  onTestFinished(() => broker.close());
  const kafka = new Kafka({ brokers: broker.bootstrapServers });
  onTestFinished(() => kafka.close());
  const consumer = (options: Partial<ConsumerOptions> = {}): Consumer =>
    kafka.consumer({ groupId: "billing", topics: ["orders"], sessionTimeoutMs, ...options });
  return { broker, kafka, consumer };
}

/** Has the next JoinGroup take effect at once, and its answer come late; resolves when it has taken effect. */
function answeredLate(broker: ReferenceBroker): Promise<void> {
  return new Promise((resolve) => {
    broker.intercept({ api: "JoinGroup", nth: 1 }, async (request) => {
      const applied = request.apply();
      resolve();
      await new Promise((late) => setTimeout(late, 300));
      await applied;
    });
  });
}

/** With which code the joining ends. */
async function endOf(joining: Promise<void>): Promise<unknown> {
  try {
    await joining;
    return undefined;
  } catch (error) {
    return error instanceof KafkaError ? error.code : error;
  }
}

/** Resolves when a second member has its half of the partitions. */
async function shared(first: Consumer, second: Consumer): Promise<void> {
  await second.connect();
  await expect.poll(() => [first.assignment().length, second.assignment().length], { timeout: 20_000 }).toEqual([2, 2]);
}

describe("a member that leaves before it knows its own id is not waited for", { timeout: 40_000 }, () => {
  it.each([
    ["close()", {}],
    ["close({ finish: false })", { finish: false }],
  ])("when it is told so by %s", async (_, options) => {
    const { broker, consumer } = await start();
    const first = consumer();
    await first.connect();
    const asked = answeredLate(broker);
    const early = consumer();
    const ended = endOf(early.connect());
    await asked;
    await early.close(options);
    expect(await ended).toBe("CLIENT_CLOSED");
    await shared(first, consumer());
  });

  it("nor is a static one that is to leave for good", async () => {
    const { broker, kafka, consumer } = await start();
    const first = consumer();
    await first.connect();
    const asked = answeredLate(broker);
    const early = consumer({ groupInstanceId: "till" });
    const ended = endOf(early.connect());
    await asked;
    await early.close({ leaveGroup: true });
    expect(await ended).toBe("CLIENT_CLOSED");
    await shared(first, consumer());
    const [group] = await kafka.admin().describeGroups({ groups: ["billing"] });
    expect(group?.members).toHaveLength(2);
  });
});

it("closing does not wait for an answer that never comes", async () => {
  const { broker, consumer } = await start();
  const asked = new Promise<void>((resolve) => {
    broker.intercept({ api: "JoinGroup" }, async () => {
      resolve();
      await new Promise(() => undefined);
    });
  });
  const early = consumer();
  const ended = endOf(early.connect());
  await asked;
  await expect(early.close({ timeoutMs: 1000 })).rejects.toMatchObject({ code: "CLIENT_REQUEST_TIMEOUT" });
  expect(await ended).toBe("CLIENT_CLOSED");
});

import { AsyncLocalStorage } from "node:async_hooks";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import {
  diagnosticsTraces,
  Kafka,
  type BatchTrace,
  type CommitTrace,
  type DiagnosticsContexts,
  type Message,
  type MessageBatchTrace,
  type MessageTrace,
  type SendTrace,
} from "moldau";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";

const inBillingGroup = { groupId: "billing", topics: ["orders"], startFrom: "earliest" } as const;

let broker: ReferenceBroker;
let kafka: Kafka;
beforeEach(async () => {
  broker = await startBroker({ topics: ["orders"] });
  kafka = new Kafka({ clientId: "shop", brokers: broker.bootstrapServers, retry: { initialDelayMs: 5 } });
});
afterEach(async () => {
  await kafka.close();
  await broker.close();
});

/** What a tracing channel tells, as `name` and the context at that moment. */
function follow<Name extends keyof DiagnosticsContexts>(
  name: Name,
): { readonly steps: string[]; readonly contexts: Set<DiagnosticsContexts[Name]> } {
  const steps: string[] = [];
  const contexts = new Set<DiagnosticsContexts[Name]>();
  const note = (step: string) => (context: object) => {
    steps.push(step);
    contexts.add(context as DiagnosticsContexts[Name]);
  };
  const subscribers = {
    ...{ start: note("start"), end: note("end"), error: note("error") },
    ...{ asyncStart: note("asyncStart"), asyncEnd: note("asyncEnd") },
  };
  diagnosticsTraces[name].subscribe(subscribers);
  onTestFinished(() => void diagnosticsTraces[name].unsubscribe(subscribers));
  return { steps, contexts };
}

const wellBehaved = ["start", "end", "asyncStart", "asyncEnd"];
const failing = ["start", "end", "error", "asyncStart", "asyncEnd"];

describe("a call that sends", () => {
  it("goes with one context from its beginning to its outcome", async () => {
    const { steps, contexts } = follow("moldau:producer:send");
    const result = await kafka.producer().send({ topic: "orders", messages: [{ key: "1", value: "a" }] });
    expect(steps).toEqual(wellBehaved);
    expect([...contexts]).toEqual<SendTrace[]>([
      {
        clientId: "shop",
        clientInstance: expect.any(Number) as number,
        operation: "send",
        messages: [{ topic: "orders", key: "1", value: "a", headers: [], partition: undefined, timestamp: undefined }],
        result,
      },
    ]);
  });

  it.each([
    ["delivered", "a", "POLICY_VIOLATION"],
    ["accepted", 4, "CLIENT_INVALID_ARGUMENT"],
  ] as const)("ends with the error that its caller gets when it was not %s", async (_what, value, code) => {
    const { steps, contexts } = follow("moldau:producer:send");
    broker.intercept({ api: "Produce", nth: 1 }, (request) => request.fail("POLICY_VIOLATION"));
    const sending = kafka.producer().send({ topic: "orders", messages: [{ value: value as string }] });
    const error: unknown = await sending.catch((thrown: unknown) => thrown);
    expect(steps).toEqual(failing);
    expect([...contexts]).toEqual([expect.objectContaining({ error })]);
    expect(error).toMatchObject({ code });
  });

  it("leaves a rejection that nobody handles to Node", async () => {
    follow("moldau:producer:send");
    const unhandled: unknown[] = [];
    const before = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", (reason) => unhandled.push(reason));
    onTestFinished(() => {
      process.removeAllListeners("unhandledRejection");
      for (const listener of before) process.on("unhandledRejection", listener);
    });
    broker.intercept({ api: "Produce", nth: 1 }, (request) => request.fail("POLICY_VIOLATION"));
    const producer = kafka.producer();
    void producer.send({ topic: "orders", messages: [{ value: "a" }] });
    await producer.flush();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(unhandled).toMatchObject([{ code: "POLICY_VIOLATION" }]);
  });

  it("takes headers that are added at its beginning, and leaves the application's objects alone", async () => {
    const add = ({ messages }: SendTrace): void => {
      for (const message of messages) message.headers.push(["traceparent", "00-1-2-01"]);
    };
    diagnosticsTraces["moldau:producer:send"].start.subscribe(add);
    onTestFinished(() => void diagnosticsTraces["moldau:producer:send"].start.unsubscribe(add));
    const producer = kafka.producer();
    const message = { value: "a", headers: { by: ["me", "you"] } };
    await producer.send({ topic: "orders", messages: [message] });
    await producer.sendBatch({
      topicMessages: [{ topic: "orders", messages: [{ value: "b", headers: new Map([["by", "him"]]) }] }],
    });
    const stream = producer.writable({ topic: "orders" });
    stream.end({ value: "c" });
    await new Promise((resolve) => stream.once("finish", resolve));
    expect(message).toEqual({ value: "a", headers: { by: ["me", "you"] } });
    const received: string[][] = [];
    for await (const { value, headers } of kafka.consumer(inBillingGroup)) {
      received.push([String(value), ...[...headers].map(([name, each]) => `${name}=${String(each)}`)]);
      if (received.length === 3) break;
    }
    expect(received).toEqual([
      ["a", "by=me", "by=you", "traceparent=00-1-2-01"],
      ["b", "by=him", "traceparent=00-1-2-01"],
      ["c", "traceparent=00-1-2-01"],
    ]);
  });

  it("says of headers that are none what it says without subscribers", async () => {
    const send = () => kafka.producer().send({ topic: "orders", messages: [{ value: "a", headers: 4 as never }] });
    const without: unknown = await send().catch((error: unknown) => error);
    follow("moldau:producer:send");
    await expect(send()).rejects.toEqual(without);
    expect(without).toMatchObject({ code: "CLIENT_INVALID_ARGUMENT" });
  });
});

it("a batch goes with one context from its first request to its outcome, however often it is sent", async () => {
  const { steps, contexts } = follow("moldau:producer:batch");
  broker.intercept({ api: "Produce", nth: 1 }, (request) => request.fail("NOT_ENOUGH_REPLICAS"));
  await kafka.producer().send({ topic: "orders", messages: [{ value: "a" }, { value: "b" }] });
  expect(steps).toEqual(wellBehaved);
  expect([...contexts]).toEqual<BatchTrace[]>([
    {
      clientId: "shop",
      clientInstance: expect.any(Number) as number,
      ...{ topic: "orders", partition: 0, count: 2, acks: "all", compression: "none", broker: 1, attempts: 2 },
      bytes: expect.any(Number) as number,
      result: { baseOffset: 0n },
    },
  ]);
});

it("a batch that is given up ends with its error", async () => {
  const { steps, contexts } = follow("moldau:producer:batch");
  broker.intercept({ api: "Produce", nth: 1 }, (request) => request.fail("POLICY_VIOLATION"));
  await expect(kafka.producer().send({ topic: "orders", messages: [{ value: "a" }] })).rejects.toThrow();
  expect(steps).toEqual(failing);
  expect([...contexts]).toMatchObject([{ attempts: 1, error: { code: "POLICY_VIOLATION" } }]);
});

describe("what is handed out", () => {
  const send = (...values: readonly string[]) =>
    kafka.producer().send({ topic: "orders", messages: values.map((value) => ({ value })) });

  it("has one context for each message, from when it is handed out until it is done or given back", async () => {
    await send("a", "b", "c");
    const { steps, contexts } = follow("moldau:consumer:message");
    const consumer = kafka.consumer(inBillingGroup);
    const received: Message[] = [];
    for await (const message of consumer) {
      received.push(message);
      expect(steps.slice(-2)).toEqual(["start", "end"]);
      if (received.length === 3) break;
    }
    expect(steps).toEqual([...wellBehaved, ...wellBehaved, ...wellBehaved]);
    expect([...contexts]).toEqual<MessageTrace[]>(
      received.map((message, index) => ({
        ...{ clientId: "shop", clientInstance: expect.any(Number) as number, groupId: "billing" },
        message,
        result: index < 2 ? "done" : "given back",
      })),
    );
    expect(consumer.position({ topic: "orders", partition: 0 })).toBe(2n);
  });

  it("has one for each batch", async () => {
    await send("a", "b", "c");
    const { steps, contexts } = follow("moldau:consumer:batch");
    for await (const batch of kafka.consumer(inBillingGroup).batches({ maxMessages: 2 })) if (batch.lag === 0n) break;
    expect(steps).toEqual([...wellBehaved, ...wellBehaved]);
    expect([...contexts]).toEqual([
      expect.objectContaining<Partial<MessageBatchTrace>>({ groupId: "billing", result: "done" }),
      expect.objectContaining<Partial<MessageBatchTrace>>({ groupId: "billing", result: "given back" }),
    ]);
  });

  it("is done when it was committed in the body, and given back when reading continues elsewhere", async () => {
    await send("a", "b");
    const { contexts } = follow("moldau:consumer:message");
    const consumer = kafka.consumer(inBillingGroup);
    let rounds = 0;
    for await (const message of consumer) {
      rounds++;
      if (rounds === 1) await consumer.commit(message);
      if (rounds === 2) consumer.seek({ topic: "orders", partition: 0, offset: 0n });
      if (rounds === 3) break;
    }
    expect([...contexts].map(({ message, result }) => [String(message.value), result])).toEqual([
      ["a", "done"],
      ["b", "given back"],
      ["a", "given back"],
    ]);
  });
});

it("a commit goes with one context from its first request to what was kept and refused", async () => {
  await kafka.producer().send({ topic: "orders", messages: [{ value: "a" }] });
  const { steps, contexts } = follow("moldau:consumer:commit");
  broker.intercept({ api: "OffsetCommit", nth: 1 }, (request) => request.fail("COORDINATOR_LOAD_IN_PROGRESS"));
  const consumer = kafka.consumer(inBillingGroup);
  for await (const message of consumer) {
    await consumer.commit(message);
    break;
  }
  expect(steps).toEqual(wellBehaved);
  const offsets = [{ topic: "orders", partition: 0, offset: 1n }];
  expect([...contexts]).toMatchObject<Partial<CommitTrace>[]>([
    { clientId: "shop", groupId: "billing", offsets, result: { kept: offsets, refused: [] } },
  ]);
});

describe("a tracer", () => {
  interface Span {
    readonly name: string;
    readonly id: string;
    readonly parent: string | undefined;
    isOver: boolean;
  }

  it("has the span of a received message for a child of the one that sent it, which is a child of the caller's", async () => {
    const spans: Span[] = [];
    const current = new AsyncLocalStorage<Span>();
    const begin = (name: string, parent: string | undefined): Span => {
      const span = { name, id: `span-${spans.length + 1}`, parent, isOver: false };
      spans.push(span);
      return span;
    };
    const sends = new WeakMap<object, Span>();
    const bodies = new WeakMap<Message, Span>();
    const producing = {
      start: (context: SendTrace) => {
        const span = begin("send", current.getStore()?.id);
        sends.set(context, span);
        for (const { headers } of context.messages) headers.push(["traceparent", span.id]);
      },
      asyncEnd: (context: SendTrace) => void Object.assign(sends.get(context) ?? {}, { isOver: true }),
    };
    const consuming = {
      start: ({ message }: MessageTrace) => {
        const [, parent] = [...message.headers].find(([name]) => name === "traceparent") ?? [];
        bodies.set(message, begin("process", parent?.toString()));
      },
      asyncEnd: ({ message }: MessageTrace) => void Object.assign(bodies.get(message) ?? {}, { isOver: true }),
    };
    diagnosticsTraces["moldau:producer:send"].subscribe(producing);
    diagnosticsTraces["moldau:consumer:message"].subscribe(consuming);
    onTestFinished(() => {
      diagnosticsTraces["moldau:producer:send"].unsubscribe(producing);
      diagnosticsTraces["moldau:consumer:message"].unsubscribe(consuming);
    });

    const request = begin("POST /orders", undefined);
    const producer = kafka.producer();
    await current.run(request, () => producer.send({ topic: "orders", messages: [{ value: "a" }] }));
    for await (const message of kafka.consumer(inBillingGroup)) {
      expect(bodies.get(message)).toMatchObject({ name: "process", isOver: false });
      break;
    }
    expect(spans).toEqual([
      { name: "POST /orders", id: "span-1", parent: undefined, isOver: false },
      { name: "send", id: "span-2", parent: "span-1", isOver: true },
      { name: "process", id: "span-3", parent: "span-2", isOver: true },
    ]);
  });
});

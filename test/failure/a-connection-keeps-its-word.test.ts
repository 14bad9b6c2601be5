import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { DeleteGroups, Metadata, Produce } from "@moldau/protocol-codec";
import type { Connection, ConnectionOptions, RequestEvent } from "@moldau/connection-pool";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeAll, failureOf, openConnection, until } from "../support/connecting.js";
import { ScriptedBroker, silence } from "../support/scripted-broker.js";

let broker: ScriptedBroker;

beforeEach(async () => {
  broker = await ScriptedBroker.start();
});
afterEach(async () => {
  await closeAll();
  await broker.close();
});

const open = (changes: Partial<ConnectionOptions> = {}): Promise<Connection> => openConnection(broker, changes);

function produce(
  acks: number,
  records: Buffer,
): {
  acks: number;
  timeoutMs: number;
  topicData: { name: string; partitionData: { index: number; records: Buffer }[] }[];
} {
  return { acks, timeoutMs: 1000, topicData: [{ name: "t", partitionData: [{ index: 0, records }] }] };
}

describe("throttling", () => {
  it("holds further requests back for as long as the broker asks, and no other connection", async () => {
    broker.on(Metadata, () => ({
      ...broker.metadata(),
      throttleTimeMs: broker.seen("Metadata").length === 1 ? 1000 : 0,
    }));
    const connection = await open();
    await connection.request(Metadata, 12, { topics: [] });
    const start = performance.now();
    const other = await open();
    await other.request(Metadata, 12, { topics: [] });
    expect(performance.now() - start).toBeLessThan(700);
    await connection.request(Metadata, 12, { topics: [] });
    expect(performance.now() - start).toBeGreaterThan(900);
  });

  it("is left to the broker in versions before the one that says otherwise", async () => {
    broker.on(Metadata, () => ({ ...broker.metadata(), throttleTimeMs: 60_000 }));
    const connection = await open();
    await connection.request(Metadata, 5, { topics: [] });
    await connection.request(Metadata, 5, { topics: [] });
  });

  it("does not cost the connection when a request's time is over meanwhile", async () => {
    broker.on(Metadata, () => ({
      ...broker.metadata(),
      throttleTimeMs: broker.seen("Metadata").length === 1 ? 100 : 0,
    }));
    const connection = await open();
    await connection.request(Metadata, 12, { topics: [] });
    const error = await failureOf(connection.request(Metadata, 12, { topics: [] }, { timeoutMs: 20 }));
    expect(error).toMatchObject({ code: "CLIENT_REQUEST_TIMEOUT", written: false });
    expect(connection.isOpen).toBe(true);
    await connection.request(Metadata, 12, { topics: [] });
    expect(broker.seen("Metadata")).toHaveLength(2);
  });
});

describe("requests without an answer (acks 0)", () => {
  it("resolve when they are handed over, and do not disturb the order of the others", async () => {
    broker.on(Produce, () => silence);
    const connection = await open();
    const [, , answer] = await Promise.all([
      connection.send(Produce, 9, produce(0, Buffer.from("one"))),
      connection.send(Produce, 9, produce(0, Buffer.from("two"))),
      connection.request(Metadata, 12, { topics: [] }),
    ]);
    expect(answer).toMatchObject({ controllerId: 7 });
    expect(broker.seen("Produce")).toHaveLength(2);
    expect(connection.pendingRequests).toBe(0);
  });

  it("fail when the broker stops reading, after their time", async () => {
    broker.on(Metadata, (_, { socket }) => {
      socket.pause();
      return broker.metadata();
    });
    const connection = await open();
    await connection.request(Metadata, 12, { topics: [] });
    const big = Buffer.alloc(16 * 1024 * 1024);
    const errors = await Promise.all([
      failureOf(connection.send(Produce, 9, produce(0, big), { timeoutMs: 150 })),
      failureOf(connection.send(Produce, 9, produce(0, big), { timeoutMs: 5000 })),
    ]);
    expect(errors[0]).toMatchObject({ code: "CLIENT_REQUEST_TIMEOUT", written: true });
    expect(errors[1]).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", written: false });
  });
});

describe("buffers of a body", () => {
  it("are released once each, when they were handed over or never will be", async () => {
    broker.on(Produce, () => ({ responses: [] }));
    const connection = await open();
    const released: string[] = [];
    await connection.request(Produce, 9, produce(1, Buffer.alloc(100_000)), {
      onWritten: () => released.push("answered"),
    });
    expect(released).toEqual(["answered"]);
    await failureOf(
      connection.request(Metadata, 12, { topics: 5 } as never, { onWritten: () => released.push("not encoded") }),
    );
    expect(released).toEqual(["answered", "not encoded"]);
    broker.on(Produce, () => silence);
    const pending = failureOf(
      connection.request(Produce, 9, produce(1, Buffer.alloc(100_000)), {
        onWritten: () => released.push("unanswered"),
      }),
    );
    await until(() => released.length === 3);
    connection.destroy();
    await pending;
    await failureOf(
      connection.request(Produce, 9, produce(1, Buffer.alloc(100)), { onWritten: () => released.push("closed") }),
    );
    expect(released).toEqual(["answered", "not encoded", "unanswered", "closed"]);
  });

  it("that are still in the socket when it is destroyed are released too", async () => {
    broker.on(Metadata, (_, { socket }) => {
      socket.pause();
      return broker.metadata();
    });
    const connection = await open();
    await connection.request(Metadata, 12, { topics: [] });
    let released = 0;
    const pending = Array.from({ length: 4 }, () =>
      failureOf(
        connection.request(Produce, 9, produce(1, Buffer.alloc(8 * 1024 * 1024)), { onWritten: () => (released += 1) }),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    connection.destroy();
    const errors = await Promise.all(pending);
    expect(errors.map(({ written }) => written)).toEqual([true, false, false, false]);
    await until(() => released === 4);
  });
});

describe("a signal", () => {
  it("gives up the answer and leaves the connection in order", async () => {
    let answer: () => void = () => undefined;
    broker.on(Metadata, (_, { reply }) => {
      answer = () => reply(broker.metadata());
      return silence;
    });
    const connection = await open();
    const abort = new AbortController();
    const asked = failureOf(connection.request(Metadata, 12, { topics: [] }, { signal: abort.signal }));
    await until(() => broker.seen("Metadata").length === 1);
    abort.abort(new Error("enough"));
    expect(await asked).toMatchObject({
      code: "CLIENT_ABORTED",
      written: true,
      cause: expect.objectContaining({ message: "enough" }),
    });
    answer();
    broker.on(Metadata, () => broker.metadata());
    expect(await connection.request(Metadata, 12, { topics: [] })).toMatchObject({ controllerId: 7 });
  });

  it("that has fired keeps the request from being written", async () => {
    const connection = await open();
    expect(
      await failureOf(connection.request(Metadata, 12, { topics: [] }, { signal: AbortSignal.abort() })),
    ).toMatchObject({ code: "CLIENT_ABORTED", written: false });
    expect(broker.seen("Metadata")).toHaveLength(0);
  });
});

it("bytes that the broker does not take are not piled up beyond the socket's buffer", async () => {
  broker.on(Metadata, (_, { socket }) => {
    socket.pause();
    setTimeout(() => socket.resume(), 50);
    return broker.metadata();
  });
  broker.on(Produce, () => ({ responses: [] }));
  const connection = await open({ requestTimeoutMs: 10_000 });
  await connection.request(Metadata, 12, { topics: [] });
  const written: number[] = [];
  await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      await connection.request(Produce, 9, produce(1, Buffer.alloc(4 * 1024 * 1024)), {
        onWritten: () => written.push(index),
      });
    }),
  );
  expect(written).toEqual(Array.from({ length: 12 }, (_, index) => index));
  expect(broker.seen("Produce")).toHaveLength(12);
});

it("tells subscribers of node:diagnostics_channel of every request", async () => {
  const events: RequestEvent[] = [];
  const listener = (event: unknown): void => void events.push(event as RequestEvent);
  subscribe("moldau:request", listener);
  broker.on(DeleteGroups, () => silence);
  const connection = await open();
  await connection.request(Metadata, 12, { topics: [] });
  await failureOf(connection.request(DeleteGroups, 2, { groupsNames: ["g"] }, { timeoutMs: 20 }));
  unsubscribe("moldau:request", listener);
  expect(events.map(({ apiName, error }) => [apiName, error])).toEqual([
    ["ApiVersions", undefined],
    ["Metadata", undefined],
    // What its caller got, not what then became of the connection.
    ["DeleteGroups", expect.objectContaining({ code: "CLIENT_REQUEST_TIMEOUT" })],
  ]);
  expect(events[1]?.responseBytes).toBeGreaterThan(10);
});

import {
  ApiVersions,
  encodeResponse,
  FindCoordinator,
  FrameError,
  Metadata,
  type KafkaError,
} from "@moldau/protocol-codec";
import { Connection, Negotiation, type ConnectionOptions } from "@moldau/connection-pool";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeAll, connectionOptions, failureOf, openConnection } from "../support/connecting.js";
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
const ask = (connection: Connection): Promise<unknown> => connection.request(Metadata, 12, { topics: [] });

function frame(...parts: (Buffer | number)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === "number" ? int32(part) : part)));
  return Buffer.concat([int32(body.length), body]);
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

describe("requests", () => {
  it("are answered in the order in which they were made", async () => {
    const connection = await open();
    const answers = await Promise.all([ask(connection), ask(connection), ask(connection)]);
    for (const answer of answers) expect(answer).toMatchObject({ clusterId: "scripted", controllerId: 7 });
    expect(broker.seen("Metadata").map(({ correlationId }) => correlationId)).toEqual([2, 3, 4]);
  });

  it("that do not fit their version fail alone", async () => {
    const connection = await open();
    const error = await failureOf(connection.request(Metadata, 12, { topics: "none" } as never));
    expect(error.code).toBe("CLIENT_ENCODE_FAILED");
    expect(connection.isOpen).toBe(true);
    expect(await ask(connection)).toMatchObject({ controllerId: 7 });
  });
});

describe("a lying broker loses its connection, and the error says why:", () => {
  it("a response under a wrong correlation id", async () => {
    broker.on(Metadata, (_, { reply, correlationId }) => {
      reply(broker.metadata(), { correlationId: correlationId + 1 });
      return silence;
    });
    const connection = await open();
    const error = await failureOf(ask(connection));
    expect(error).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", written: true, broker: 7, apiName: "Metadata" });
    expect(error.message).toContain("correlation id");
    expect(connection.isOpen).toBe(false);
  });

  it("answers in the wrong order", async () => {
    const held: (() => void)[] = [];
    broker.on(Metadata, (_, { reply }) => {
      held.push(() => reply(broker.metadata()));
      if (held.length === 2) for (const answer of held.reverse()) answer();
      return silence;
    });
    const connection = await open();
    const errors = await Promise.all([failureOf(ask(connection)), failureOf(ask(connection))]);
    expect(errors.map(({ code }) => code)).toEqual(["CLIENT_CONNECTION_CLOSED", "CLIENT_CONNECTION_CLOSED"]);
  });

  it("an answer that nobody asked for", async () => {
    const connection = await open();
    const closed = new Promise<KafkaError>((resolve) => connection.once("close", resolve));
    for (const socket of broker.sockets) socket.write(frame(99, 0));
    expect((await closed).code).toBe("CLIENT_PROTOCOL_VIOLATION");
  });

  it("a body cut short, naming the field", async () => {
    broker.on(Metadata, (_, { raw, correlationId }) => {
      raw(frame(correlationId, Buffer.from([0]), int32(0), Buffer.from([5])));
      return silence;
    });
    const connection = await open();
    const [first, second] = await Promise.all([failureOf(ask(connection)), failureOf(ask(connection))]);
    expect(first?.code).toBe("CLIENT_DECODE_FAILED");
    expect(first?.message).toContain("MetadataResponse v12: brokers");
    expect(second?.code).toBe("CLIENT_CONNECTION_CLOSED");
    expect(second?.message).toContain("brokers");
  });

  it("a body with bytes left over", async () => {
    broker.on(FindCoordinator, (_, { raw, correlationId }) => {
      raw(frame(correlationId, Buffer.from([0]), int32(0), Buffer.from([1, 0]), Buffer.from("surplus")));
      return silence;
    });
    const connection = await open();
    expect((await failureOf(connection.request(FindCoordinator, 4, { coordinatorKeys: ["g"] }))).code).toBe(
      "CLIENT_DECODE_FAILED",
    );
    expect(connection.isOpen).toBe(false);
  });

  it.each([
    ["a negative size", int32(-1), "-1"],
    ["a size above the limit", int32(2 ** 30), "1073741824"],
    ["garbage", Buffer.from("\u0000 nothing that anybody could read"), "cannot be read"],
    ["a web page", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "web server"],
    ["an alert of TLS", Buffer.from([0x15, 3, 3, 0, 2, 2, 22]), "TLS"],
  ])("%s", async (_, bytes, said) => {
    broker.on(Metadata, (__, { raw }) => {
      raw(bytes);
      return silence;
    });
    const connection = await open({ requestTimeoutMs: 300 });
    const error = await failureOf(ask(connection));
    expect(error.retriable).toBe(true);
    expect(["CLIENT_CONNECTION_CLOSED", "CLIENT_REQUEST_TIMEOUT"]).toContain(error.code);
    if (error.code === "CLIENT_CONNECTION_CLOSED") expect(error.message).toContain(said);
    expect(connection.isOpen).toBe(false);
  });

  it("an impossible size right behind good answers, which still arrive; nothing more needs to come", async () => {
    const asked: number[] = [];
    broker.on(Metadata, (_, { raw, correlationId }) => {
      asked.push(correlationId);
      const answers = asked.map((id) => Buffer.concat(encodeResponse(Metadata, 12, { correlationId: id }, {})));
      if (asked.length === 2) raw(Buffer.concat([...answers, int32(2 ** 30)]));
      return silence;
    });
    const connection = await open();
    const closed = new Promise<KafkaError>((resolve) => connection.once("close", resolve));
    const [first, second, third] = [ask(connection), ask(connection), failureOf(ask(connection))];
    expect(await first).toMatchObject({ brokers: [] });
    expect(await second).toMatchObject({ brokers: [] });
    expect(await third).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", written: true });
    const { code, message, cause } = await closed;
    expect(code).toBe("CLIENT_PROTOCOL_VIOLATION");
    expect(message).toContain("1073741824");
    expect(cause).toBeInstanceOf(FrameError);
  });

  it("an end in the middle of an answer", async () => {
    broker.on(Metadata, (_, { raw, socket }) => {
      raw(Buffer.concat([int32(100), Buffer.alloc(10)]));
      setImmediate(() => socket.end());
      return silence;
    });
    expect(await failureOf(ask(await open()))).toMatchObject({
      code: "CLIENT_CONNECTION_CLOSED",
      written: true,
      retriable: true,
    });
  });

  it("a reset", async () => {
    broker.on(Metadata, (_, { socket }) => {
      socket.resetAndDestroy();
      return silence;
    });
    expect(await failureOf(ask(await open()))).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", written: true });
  });

  it("silence, after the time for the answer", async () => {
    broker.on(Metadata, () => silence);
    const connection = await open();
    const [late, other] = await Promise.all([
      failureOf(connection.request(Metadata, 12, { topics: [] }, { timeoutMs: 60 })),
      failureOf(connection.request(Metadata, 12, { topics: [] }, { timeoutMs: 5000 })),
    ]);
    expect(late).toMatchObject({ code: "CLIENT_REQUEST_TIMEOUT", written: true, retriable: true });
    expect(other).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", written: true });
    await connection.closed();
    expect(broker.sockets.size).toBeLessThanOrEqual(1);
  });
});

it("takes an answer that drips in byte by byte", async () => {
  broker.on(Metadata, (_, { reply, socket }) => {
    const write = socket.write.bind(socket);
    socket.write = (async (bytes: Buffer) => {
      for (const byte of bytes) {
        write(Buffer.from([byte]));
        await new Promise(setImmediate);
      }
    }) as never;
    reply(broker.metadata());
    return silence;
  });
  expect(await ask(await open())).toMatchObject({ clusterId: "scripted" });
});

describe("opening", () => {
  it("asks again in version 0 when the broker refuses the version of ApiVersions", async () => {
    broker.on(ApiVersions, (_, { version, reply }) => {
      if (version === 0)
        return {
          apiKeys: [
            { apiKey: 18, minVersion: 0, maxVersion: 0 },
            { apiKey: 3, minVersion: 0, maxVersion: 5 },
          ],
        };
      reply({ errorCode: 35 }, { version: 0 });
      return silence;
    });
    const connection = await open();
    expect(broker.seen("ApiVersions").map(({ version }) => version)).toEqual([ApiVersions.maxVersion, 0]);
    expect(connection.versionOf(Metadata)).toBe(5);
    expect(connection.supports(Metadata, 6)).toBe(false);
    expect(() => connection.versionOf(FindCoordinator)).toThrow("does not know it");
  });

  it("asks again in the version that the refusal names", async () => {
    broker.on(ApiVersions, (_, { version, reply }) => {
      if (version === 3) return { apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }] };
      reply({ errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }] }, { version: 0 });
      return silence;
    });
    await open();
    expect(broker.seen("ApiVersions").map(({ version }) => version)).toEqual([ApiVersions.maxVersion, 3]);
  });

  it("asks in the newest version that the last broker of the cluster had, and again only when that is refused", async () => {
    let max = 3;
    const ranges = () => [{ apiKey: ApiVersions.key, minVersion: 0, maxVersion: max }];
    broker.on(ApiVersions, (_, { version, reply }) => {
      if (version <= max) return { apiKeys: ranges() };
      reply({ errorCode: 35, apiKeys: ranges() }, { version: 0 });
      return silence;
    });
    const negotiation = new Negotiation();
    const asked = async (): Promise<number[]> => {
      const before = broker.seen("ApiVersions").length;
      await open({ negotiation });
      return broker
        .seen("ApiVersions")
        .slice(before)
        .map(({ version }) => version);
    };
    expect(await asked()).toEqual([ApiVersions.maxVersion, 3]);
    expect(await asked()).toEqual([3]);
    max = 1;
    expect(await asked()).toEqual([3, 1]);
    max = ApiVersions.maxVersion;
    expect(await asked()).toEqual([1]);
    expect(await asked()).toEqual([ApiVersions.maxVersion]);
  });

  it("fails when a broker refuses the version that it says it takes", async () => {
    broker.on(ApiVersions, (_, { reply }) => {
      reply({ errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 127 }] }, { version: 0 });
      return silence;
    });
    expect(await failureOf(open())).toMatchObject({ code: "UNSUPPORTED_VERSION", apiName: "ApiVersions" });
    expect(broker.seen("ApiVersions")).toHaveLength(2);
  });

  it("says who it is in a form that brokers take", async () => {
    await open();
    const body = broker.seen("ApiVersions")[0]?.body as { clientSoftwareName: string; clientSoftwareVersion: string };
    for (const text of [body.clientSoftwareName, body.clientSoftwareVersion])
      expect(text).toMatch(/^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/);
  });

  it("fails in time when the broker takes the connection and says nothing", async () => {
    broker.on(ApiVersions, () => silence);
    const error = await failureOf(open({ connectionTimeoutMs: 60 }));
    expect(error).toMatchObject({ code: "CLIENT_CONNECTION_FAILED", retriable: true, written: false });
    expect(error.message).toContain("asking for the broker's versions");
  });

  it("fails at once when the broker hangs up, with a hint", async () => {
    broker.takeOver = (socket) => socket.end();
    const error = await failureOf(open());
    expect(error.code).toBe("CLIENT_CONNECTION_FAILED");
    expect(error.message).toContain("tls");
  });

  it("fails at once when nobody listens", async () => {
    const { port } = broker;
    await broker.close();
    broker = await ScriptedBroker.start();
    const error = await failureOf(
      Connection.open({ ...connectionOptions(broker), address: { host: "127.0.0.1", port } }),
    );
    expect(error).toMatchObject({ code: "CLIENT_CONNECTION_FAILED", retriable: true });
    expect(error.message).toContain("ECONNREFUSED");
  });

  it("ends when its signal fires", async () => {
    broker.on(ApiVersions, () => silence);
    const abort = new AbortController();
    const opening = failureOf(Connection.open(connectionOptions(broker), abort.signal));
    setTimeout(() => abort.abort(), 20);
    expect((await opening).code).toBe("CLIENT_CLOSED");
  });
});

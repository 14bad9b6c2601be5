import {
  systemAcceptor,
  systemClock,
  systemConnector,
  type Acceptor,
  type Channel,
  type Connector,
  type Listening,
  type OpeningEvents,
} from "@moldau/platform";
import { describe, expect, it, onTestFinished } from "vitest";
import { MemoryNetwork } from "./memory-network.js";

/** What one end has seen so far. */
interface Witness {
  readonly received: () => string;
  readonly seen: readonly string[];
  readonly events: OpeningEvents;
}

function witness(): Witness {
  const chunks: Buffer[] = [];
  const seen: string[] = [];
  return {
    received: () => String(Buffer.concat(chunks)),
    seen,
    events: {
      opened: () => void seen.push("opened"),
      data: (chunk) => {
        chunks.push(chunk);
        if (seen.at(-1) !== "data") seen.push("data");
      },
      drained: () => void seen.push("drained"),
      closed: (error) => void seen.push(error === undefined ? "closed" : `closed: ${codeOf(error)}`),
    },
  };
}

function codeOf(error: Error): unknown {
  return "code" in error ? error.code : error.message;
}

const networks: readonly (readonly [string, () => { connector: Connector; acceptor: Acceptor }])[] = [
  ["the computer's network", () => ({ connector: systemConnector, acceptor: systemAcceptor })],
  [
    "a network in memory",
    () => {
      const network = new MemoryNetwork({ clock: systemClock, random: Math.random });
      return { connector: network, acceptor: network };
    },
  ],
];

describe.each(networks)("on %s", (_, make) => {
  /** Somebody listens, and somebody has come. */
  async function connected() {
    const { connector, acceptor } = make();
    const [client, server] = [witness(), witness()];
    const arrived = withResolvers<Channel>();
    const listening = await acceptor.listen(
      { host: "127.0.0.1", port: 0, tls: undefined },
      {
        accepted: (channel) => {
          arrived.resolve(channel);
          return server.events;
        },
        refused: () => undefined,
      },
    );
    onTestFinished(() => listening.close());
    const near = connector.connect(targetOf(listening), client.events);
    expect(client.seen).toEqual([]);
    const far = await arrived.promise;
    await expect.poll(() => client.seen).toEqual(["opened"]);
    return { connector, acceptor, listening, client, server, near, far };
  }

  it("bytes come in order, and only once they are asked for", async () => {
    const { near, far, client, server } = await connected();
    near.write([Buffer.from("a"), Buffer.from("b")]);
    near.write([Buffer.from("c")]);
    await systemClock.sleep(20);
    expect(server.seen).toEqual([]);
    far.resume();
    await expect.poll(server.received).toBe("abc");
    far.write([Buffer.from("and back")]);
    await expect.poll(client.received).toBe("and back");
  });

  it("the writer is told when its bytes are no longer needed, and that it writes in vain", async () => {
    const { near, client } = await connected();
    const written = withResolvers<unknown>();
    near.write([Buffer.from("a")], (error) => written.resolve(error ?? undefined));
    expect(await written.promise).toBeUndefined();
    near.destroy();
    await expect.poll(() => client.seen).toEqual(["opened", "closed"]);
    const refused = withResolvers<unknown>();
    near.write([Buffer.from("b")], (error) => refused.resolve(error));
    expect(await refused.promise).toBeInstanceOf(Error);
  });

  it("whoever ends first sends what was written; both sides are told of the end once, and last", async () => {
    const { near, far, client, server } = await connected();
    far.resume();
    const much = "x".repeat(2_000_000);
    near.write([Buffer.from(much)]);
    near.end();
    await expect.poll(() => server.seen).toEqual(["data", "closed"]);
    expect(server.received()).toBe(much);
    await expect.poll(() => client.seen.filter((what) => what !== "drained")).toEqual(["opened", "closed"]);
  });

  it("an end that does not read makes the other one wait, until it reads", async () => {
    const { near, far, client, server } = await connected();
    let written = 0;
    for (; !near.needsDrain && written < 400; written++) {
      near.write([Buffer.alloc(256 * 1024)]);
      await systemClock.sleep(0);
    }
    expect(near.needsDrain).toBe(true);
    far.resume();
    await expect.poll(() => client.seen).toContain("drained");
    expect(near.needsDrain).toBe(false);
    await expect.poll(() => server.received().length).toBe(written * 256 * 1024);
  });

  it("nobody is reached where nobody listens", async () => {
    const { connector, listening } = await connected();
    await listening.close();
    const { seen, events } = witness();
    connector.connect(targetOf(listening), events);
    await expect.poll(() => seen).toEqual(["closed: ECONNREFUSED"]);
  });

  it("closing an address cuts who came by it, and gives it back", async () => {
    const { acceptor, listening, client, server } = await connected();
    const hooks = { accepted: () => witness().events, refused: () => undefined };
    const taken = { host: "127.0.0.1", port: listening.port, tls: undefined };
    await expect(acceptor.listen(taken, hooks)).rejects.toThrow("EADDRINUSE");
    await listening.close();
    await listening.close();
    await expect.poll(() => client.seen).toEqual(["opened", "closed"]);
    await expect.poll(() => server.seen).toEqual(["closed"]);
    const again = await acceptor.listen(taken, hooks);
    expect(again.port).toBe(listening.port);
    await again.close();
  });
});

describe("a channel of the computer's network", () => {
  it("keeps the process alive as long as it may", async () => {
    const listening = await systemAcceptor.listen(
      { host: "127.0.0.1", port: 0, tls: undefined },
      { accepted: () => witness().events, refused: () => undefined },
    );
    onTestFinished(() => listening.close());
    const { seen, events } = witness();
    const open = (): number => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
    const channel = systemConnector.connect(targetOf(listening), events);
    await expect.poll(() => seen).toEqual(["opened"]);
    const before = open();
    channel.unref();
    expect(open()).toBe(before - 1);
    channel.ref();
    expect(open()).toBe(before);
    channel.destroy();
  });
});

function targetOf({ port }: Listening) {
  return { host: "127.0.0.1", port, tls: undefined, timeoutMs: 5_000 };
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((onResolve) => {
    resolve = onResolve;
  });
  return { promise, resolve };
}

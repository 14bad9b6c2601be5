import { seededRandom, type ChannelEvents } from "@moldau/platform";
import { describe, expect, it } from "vitest";
import { MemoryNetwork } from "./memory-network.js";
import { turns, VirtualClock } from "./virtual-clock.js";

/** Writes down what happens on a channel, with the time. */
function witness(clock: VirtualClock): {
  readonly seen: string[];
  readonly events: ChannelEvents & { opened(): void };
} {
  const seen: string[] = [];
  const startedAt = clock.monotonic();
  const note = (what: string): void => void seen.push(`${clock.monotonic() - startedAt}: ${what}`);
  return {
    seen,
    events: {
      opened: () => note("opened"),
      data: (chunk) => note(chunk.length > 20 ? `${chunk.length} bytes` : String(chunk)),
      drained: () => note("drained"),
      closed: (error) => note(error === undefined ? "closed" : `closed: ${error.message}`),
    },
  };
}

async function connected({ least = 5, most = 5 } = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(1), latencyMs: { least, most } });
  const [client, server] = [witness(clock), witness(clock)];
  const listening = await network.listen(
    { host: "broker", port: 0, tls: undefined },
    { accepted: () => server.events, refused: () => undefined },
  );
  const target = { host: "broker", port: listening.port, tls: undefined, timeoutMs: 1_000 };
  const channel = network.connect(target, client.events);
  await clock.advance(100);
  const [link] = network.links;
  if (link === undefined) throw new Error("there is no link");
  return { clock, network, listening, channel, link, client: client.seen, server: server.seen };
}

describe("a network in memory", () => {
  it("opens after a way there and back, and brings bytes after one way", async () => {
    const { clock, channel, link, client, server } = await connected();
    link.server.resume();
    channel.write([Buffer.from("hello, "), Buffer.from("broker")]);
    await clock.advance(4);
    expect(server).toEqual([]);
    await clock.advance(10);
    expect(client).toEqual(["10: opened"]);
    expect(server).toEqual(["105: hello, broker"]);
  });

  it("keeps the order of what is under way, however long each takes", async () => {
    const { clock, channel, link, server } = await connected({ least: 0, most: 50 });
    link.server.resume();
    for (let index = 0; index < 50; index++) channel.write([Buffer.from(String(index))]);
    await clock.advance(100);
    expect(server.map((line) => Number(line.split(": ")[1]))).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  it("takes the bytes as they are when they are written", async () => {
    const { clock, channel, link, server } = await connected();
    link.server.resume();
    const bytes = Buffer.from("before");
    let isDone = false;
    channel.write([bytes], () => {
      isDone = true;
      bytes.write("after!");
    });
    expect(isDone).toBe(false);
    await clock.advance(10);
    expect(isDone).toBe(true);
    expect(server.at(-1)).toContain("before");
  });

  it("holds back what is not read, and tells the writer to wait and to go on", async () => {
    const { clock, channel, link, client, server } = await connected();
    channel.write([Buffer.alloc(300_000)]);
    expect(channel.needsDrain).toBe(true);
    await clock.advance(50);
    expect(server).toEqual([]);
    link.server.resume();
    await clock.advance(50);
    expect(server).toEqual(["150: 300000 bytes"]);
    expect(channel.needsDrain).toBe(false);
    expect(client.at(-1)).toContain("drained");
  });

  it("ends on the other side after everything that was written", async () => {
    const { clock, channel, link, client, server } = await connected();
    link.server.resume();
    channel.write([Buffer.from("good"), Buffer.from("bye")]);
    channel.end();
    await clock.advance(50);
    expect(server).toEqual(["105: goodbye", "105: closed"]);
    expect(client.at(-1)).toBe("100: closed");
    expect(link.isOver).toBe(true);
  });

  it("refuses who comes to an address that nobody listens on", async () => {
    const { clock, network, listening } = await connected();
    await listening.close();
    const { seen, events } = witness(clock);
    network.connect({ host: "broker", port: listening.port, tls: undefined, timeoutMs: 1_000 }, events);
    await clock.advance(50);
    expect(seen).toEqual([`5: closed: connect ECONNREFUSED broker:${listening.port}`]);
    expect(network.links).toEqual([]);
  });

  it("takes an address once, until it is given back", async () => {
    const { network, listening } = await connected();
    const again = { host: "broker", port: listening.port, tls: undefined };
    const hooks = { accepted: () => witness(new VirtualClock()).events, refused: () => undefined };
    await expect(network.listen(again, hooks)).rejects.toThrow("EADDRINUSE");
    await listening.close();
    expect(await network.listen(again, hooks)).toMatchObject({ port: listening.port });
  });

  it("a connection that is cut fails on both sides, and nothing arrives any more", async () => {
    const { clock, channel, link, client, server } = await connected();
    link.server.resume();
    channel.write([Buffer.from("lost")]);
    link.cut();
    await clock.advance(50);
    expect(client.at(-1)).toBe("100: closed: read ECONNRESET");
    expect(server).toEqual(["100: closed: read ECONNRESET"]);
  });

  it("a connection that is left half open is silent on both sides", async () => {
    const { clock, channel, link, client, server } = await connected();
    link.server.resume();
    link.freeze();
    channel.write([Buffer.from("lost")]);
    link.server.write([Buffer.from("lost too")]);
    await clock.advance(60_000);
    expect(client).toEqual(["10: opened"]);
    expect(server).toEqual([]);
  });
});

describe("a virtual clock", () => {
  it("runs work to its end in no time, one timer after the other", async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    const work = async (): Promise<string> => {
      clock.timer(10, () => order.push("ten"));
      await clock.sleep(3_600_000);
      order.push("an hour");
      return "done";
    };
    expect(await clock.run(work())).toBe("done");
    expect(order).toEqual(["ten", "an hour"]);
  });

  it("says so when work waits for nothing that could come", async () => {
    const clock = new VirtualClock();
    await expect(clock.run(new Promise(() => undefined))).rejects.toThrow("no timer brings");
  });

  it("has two times, of which only one can be set", async () => {
    const clock = new VirtualClock(1_000_000);
    const before = clock.monotonic();
    clock.setWallClock(-500_000);
    await clock.advance(10);
    expect([clock.now(), clock.monotonic() - before]).toEqual([500_010, 10]);
  });

  it("gives a sleeper the reason of the signal", async () => {
    const clock = new VirtualClock();
    const slept = clock.sleep(1_000, AbortSignal.abort("enough"));
    await expect(slept).rejects.toBe("enough");
    await turns();
    expect(clock.armed).toBe(0);
  });
});

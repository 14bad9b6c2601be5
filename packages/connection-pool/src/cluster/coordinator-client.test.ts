import { describe, expect, it } from "vitest";
import { systemClock, type Clock } from "@moldau/platform";
import { ErrorCode, Heartbeat, type Api, type Fields, type StructOut } from "@moldau/protocol-codec";
import type { BrokerConnection } from "../connection/broker-connection.js";
import { connectionClosed } from "../errors.js";
import { CoordinatorClient, type CoordinatorRequestOptions } from "./coordinator-client.js";

/** A broker that answers everything with one error code, over a connection that may end. */
class AnsweringConnection implements BrokerConnection {
  readonly node: number;
  isOpen = true;
  asked = 0;
  answer: () => object = () => ({ errorCode: 0 });

  constructor(node: number) {
    this.node = node;
  }

  versionOf(): number {
    return 4;
  }

  supports(): boolean {
    return true;
  }

  featureLevel(): number {
    return this.node;
  }

  async request<Req extends Fields, Res extends Fields>(_: Api<Req, Res>): Promise<StructOut<Res>> {
    this.asked += 1;
    return this.answer() as StructOut<Res>;
  }

  async send(): Promise<void> {}

  destroy(): void {
    this.isOpen = false;
  }
}

/** A cluster of brokers in which the coordinator's place can be set, and that counts what it is asked. */
function bench() {
  const connections = new Map<number, AnsweringConnection>();
  const counts = { lookUps: 0, connects: 0, timers: 0 };
  const place = { node: 1 };
  const clock: Clock = {
    ...systemClock,
    timer: (...wanted) => {
      counts.timers += 1;
      return systemClock.timer(...wanted);
    },
  };
  const at = (node: number): AnsweringConnection => {
    const known = connections.get(node);
    if (known?.isOpen === true) return known;
    const opened = new AnsweringConnection(node);
    connections.set(node, opened);
    return opened;
  };
  let found: number | undefined;
  const client = new CoordinatorClient({
    cluster: {
      clock,
      options: { requestTimeoutMs: 10_000 },
      forgetCoordinator: () => (found = undefined),
      coordinator: async () => {
        counts.lookUps += 1;
        return (found ??= place.node);
      },
    },
    lease: {
      connection: async (node) => {
        counts.connects += 1;
        return at(node);
      },
    },
    type: "group",
    key: "billing",
  });
  const ask = (options: Partial<CoordinatorRequestOptions> = {}): Promise<unknown> =>
    client.request(Heartbeat, { groupId: "billing" }, { purpose: "offsets", ...options });
  return { client, ask, at, counts, place };
}

describe("A coordinator's client", () => {
  it("looks the coordinator up and connects once, and sets no timer of its own for what is asked after that", async () => {
    const { ask, at, counts } = bench();
    await ask();
    const first = { ...counts };
    await ask();
    await ask();
    expect(first).toMatchObject({ lookUps: 1, connects: 1 });
    expect(counts).toEqual(first);
    expect(at(1).asked).toBe(3);
  });

  it("has another connection for each purpose", async () => {
    const { ask, counts } = bench();
    await ask({ purpose: "offsets" });
    await ask({ purpose: "group" });
    expect(counts.connects).toBe(2);
  });

  it("connects anew when the connection has ended in between", async () => {
    const { ask, at, counts } = bench();
    await ask();
    at(1).destroy();
    await ask();
    expect(counts.connects).toBe(2);
    expect(at(1).asked).toBe(1);
  });

  it("goes to the new coordinator when the old one says that it is none, although the connection to it is open", async () => {
    const { ask, at, client, place } = bench();
    await ask();
    place.node = 2;
    expect(() => client.check(ErrorCode.NOT_COORDINATOR, Heartbeat)).toThrow();
    await ask();
    expect([at(1).asked, at(2).asked]).toEqual([1, 1]);
  });

  it("goes to the new coordinator after a request that the connection was lost under", async () => {
    const { ask, at, place } = bench();
    await ask();
    at(1).answer = () => {
      throw connectionClosed("The broker has ended it.", { written: true });
    };
    place.node = 2;
    await expect(ask()).rejects.toMatchObject({ code: "CLIENT_CONNECTION_CLOSED" });
    await ask();
    expect([at(1).asked, at(2).asked]).toEqual([2, 1]);
  });

  it("ends what waits at a broker that is no coordinator any more", async () => {
    const { ask, at, client } = bench();
    await ask();
    const connection = at(1);
    client.forget();
    client.interrupt("offsets");
    expect(connection.isOpen).toBe(false);
  });

  it("asks nothing for a caller that has given up already", async () => {
    const { ask, at } = bench();
    await ask();
    await expect(ask({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "CLIENT_ABORTED" });
    expect(at(1).asked).toBe(1);
  });

  it("knows the level of a feature while it has a connection to the coordinator, and not after", async () => {
    const { ask, at, client } = bench();
    const level = (): number | undefined => client.knownFeatureLevel("transaction.version", "offsets");
    expect(level()).toBeUndefined();
    await ask();
    expect(level()).toBe(1);
    client.forget();
    expect(level()).toBeUndefined();
    await ask();
    at(1).destroy();
    expect(level()).toBeUndefined();
  });
});

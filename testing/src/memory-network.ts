import type {
  AcceptEvents,
  Acceptor,
  Channel,
  Clock,
  Connector,
  ConnectTarget,
  Listening,
  ListenTarget,
  OpeningEvents,
} from "@moldau/platform";
import { MemoryLink } from "./memory-link.js";

/** How a {@link MemoryNetwork} is made. */
export interface MemoryNetworkOptions {
  readonly clock: Clock;
  /** Numbers from 0 up to, but not including, 1: where between the bounds each latency lies. */
  readonly random: () => number;
  /** The shortest and the longest time that bytes are under way, in milliseconds. Default 0 to 0. */
  readonly latencyMs?: { readonly least: number; readonly most: number };
}

/**
 * A network inside of a test: clients and brokers that are given it speak to each other without a socket, on the test's own time. What is
 * under way takes as long as the random numbers say, bytes of one connection stay in order, and connections can be cut, or left half open.
 */
export class MemoryNetwork implements Connector, Acceptor {
  readonly #options: MemoryNetworkOptions;
  readonly #listeners = new Map<string, AcceptEvents>();
  readonly #links = new Set<MemoryLink>();
  #lastPort = 20_000;

  constructor(options: MemoryNetworkOptions) {
    this.#options = options;
  }

  /** The connections that are open, in the order in which they were opened. */
  get links(): readonly MemoryLink[] {
    return [...this.#links];
  }

  connect({ host, port, tls }: ConnectTarget, events: OpeningEvents): Channel {
    const { clock } = this.#options;
    const link = new MemoryLink({ clock, latency: () => this.#latency(), to: addressOf(host, port) });
    link.client.listen(events);
    this.#links.add(link);
    link.whenOver(() => this.#links.delete(link));
    if (tls !== undefined) link.fail(new Error("The network in memory encrypts nothing"));
    else clock.timer(this.#latency(), () => this.#arrive(link, events));
    return link.client;
  }

  listen({ host, port: wanted, tls }: ListenTarget, events: AcceptEvents): Promise<Listening> {
    if (tls !== undefined) return Promise.reject(new Error("The network in memory encrypts nothing"));
    const port = wanted === 0 ? ++this.#lastPort : wanted;
    const address = addressOf(host, port);
    if (this.#listeners.has(address)) return Promise.reject(systemError("EADDRINUSE", "listen", address));
    this.#listeners.set(address, events);
    return Promise.resolve({ port, close: () => this.#close(address, events) });
  }

  #arrive(link: MemoryLink, events: OpeningEvents): void {
    if (link.isOver) return;
    const listener = this.#listeners.get(link.to);
    if (listener === undefined) return link.fail(systemError("ECONNREFUSED", "connect", link.to));
    link.server.listen(listener.accepted(link.server));
    link.carry("client", () => events.opened());
  }

  async #close(address: string, events: AcceptEvents): Promise<void> {
    if (this.#listeners.get(address) === events) this.#listeners.delete(address);
    const open = this.links.filter(({ to }) => to === address);
    for (const link of open) link.server.destroy();
    await Promise.resolve();
  }

  #latency(): number {
    const { random, latencyMs: { least, most } = { least: 0, most: 0 } } = this.#options;
    return least + Math.floor(random() * (most - least + 1));
  }
}

function addressOf(host: string, port: number): string {
  return `${host}:${port}`;
}

/** An error as Node's sockets give it. */
function systemError(code: string, call: string, address: string): Error {
  return Object.assign(new Error(`${call} ${code} ${address}`), { code });
}

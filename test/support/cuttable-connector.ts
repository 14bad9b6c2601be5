import {
  systemConnector,
  type Channel,
  type Connector,
  type ConnectTarget,
  type OpeningEvents,
} from "@moldau/platform";
import { Produce } from "@moldau/protocol-codec";

/** One channel, and whether a Produce request waits for its answer on it. */
interface Watched {
  readonly channel: Channel;
  isProducing: boolean;
}

/** The computer's network, with scissors: a test cuts what a producer writes on, from below and without the producer's knowledge. */
export class CuttableConnector implements Connector {
  readonly #watched = new Set<Watched>();

  connect(target: ConnectTarget, events: OpeningEvents): Channel {
    const channel = systemConnector.connect(target, {
      opened: () => events.opened(),
      drained: () => events.drained(),
      data: (chunk) => {
        watched.isProducing = false;
        events.data(chunk);
      },
      closed: (error) => {
        this.#watched.delete(watched);
        events.closed(error);
      },
    });
    const watched: Watched = { channel, isProducing: false };
    this.#watched.add(watched);
    const write: Channel["write"] = (buffers, done) => {
      // A frame begins with its size and the key of its API.
      const [head] = buffers;
      if (head !== undefined && head.length >= 6 && head.readInt16BE(4) === Produce.key) watched.isProducing = true;
      channel.write(buffers, done);
    };
    return new Proxy(channel, {
      get: (of, name) => {
        if (name === "write") return write;
        const member: unknown = Reflect.get(of, name, of);
        return typeof member === "function" ? member.bind(of) : member;
      },
    });
  }

  /** Cuts every channel. */
  cut(): void {
    for (const { channel } of this.#watched) channel.destroy();
  }

  /** Cuts every channel on which a Produce request waits for its answer. */
  cutProducing(): void {
    for (const { channel, isProducing } of this.#watched) if (isProducing) channel.destroy();
  }
}

import {
  systemClock,
  systemConnector,
  type Channel,
  type Connector,
  type ConnectTarget,
  type OpeningEvents,
} from "@moldau/platform";

/** The computer's network, on which no connection grows old: each is cut half a second to one and a half after it was opened. */
export class MortalConnector implements Connector {
  #killed = 0;

  /** How many connections were cut. */
  get killed(): number {
    return this.#killed;
  }

  connect(target: ConnectTarget, events: OpeningEvents): Channel {
    const channel = systemConnector.connect(target, {
      opened: () => events.opened(),
      drained: () => events.drained(),
      data: (chunk) => events.data(chunk),
      closed: (error) => {
        death.cancel();
        events.closed(error);
      },
    });
    const death = systemClock.timer(500 + Math.random() * 1_000, () => {
      this.#killed += 1;
      channel.destroy();
    });
    return channel;
  }
}

import { throwUncaught } from "@moldau/platform";
import type { ClientName } from "./diagnostics.js";
import type { EventChannel } from "./event-channel.js";
import type { ClientLog, ClientLogLine } from "./log/client-log.js";

/** Events by their names, each with one object. */
type EventMap<Events> = { readonly [Name in keyof Events]: readonly [event: object] };

/** The diagnostics channel of every event. */
export type EventChannels<Events extends EventMap<Events>> = {
  readonly [Name in keyof Events]: EventChannel<Events[Name][0]>;
};

/** What a log says of events; of those that are missing it says nothing. */
export type EventLines<Events extends EventMap<Events>> = {
  readonly [Name in keyof Events]?: (event: Events[Name][0]) => ClientLogLine;
};

/** What an announcer tells by. */
export interface AnnouncerInit<Events extends EventMap<Events>, Who extends ClientName> {
  /** What every event says of whom it is about. */
  readonly who: Who;
  readonly emitter: {
    listenerCount(name: keyof Events): number;
    emit<Name extends keyof Events>(name: Name, event: Events[Name][0]): boolean;
  };
  readonly channels: EventChannels<Events>;
  readonly log: ClientLog;
  readonly lines: EventLines<Events>;
  /** Gets what a listener throws. Default: it is thrown where nobody depends on it, as an uncaught exception. */
  readonly listenerFailed?: (error: unknown, name: keyof Events) => void;
}

/** The one place by which the parts of a producer or consumer tell what happens: to the log, to subscribers of the channels, and to listeners. */
export class Announcer<Events extends EventMap<Events>, Who extends ClientName = ClientName> {
  readonly #init: AnnouncerInit<Events, Who>;

  constructor(init: AnnouncerInit<Events, Who>) {
    this.#init = init;
  }

  /** Tells an event; it is only made if anybody hears. */
  tell<Name extends keyof Events>(name: Name, make: (who: Who) => Events[Name][0]): void {
    const { who, emitter, channels, log, lines, listenerFailed = throwUncaught } = this.#init;
    const channel = channels[name];
    const line = log.isOn ? lines[name] : undefined;
    const isListened = emitter.listenerCount(name) > 0;
    if (!isListened && !channel.hasSubscribers && line === undefined) return;
    const event = make(who);
    if (line !== undefined) log.write(line(event));
    if (channel.hasSubscribers) channel.publish(event);
    if (!isListened) return;
    try {
      emitter.emit(name, event);
    } catch (error) {
      listenerFailed(error, name);
    }
  }
}

import type { Clock } from "@moldau/platform";
import { KafkaError } from "@moldau/protocol-codec";
import type { ConnectionCloseEvent, ConnectionOpenEvent, MetadataErrorEvent, ThrottleEvent } from "../diagnostics.js";
import { isConnectionFailure } from "../errors.js";
import type { ClientLog, ClientLogLine } from "./client-log.js";
import { quietMs } from "./quiet.js";

/** A broker that cannot be reached: since when, and whether the log says so. */
interface Absence {
  readonly since: number;
  readonly isTold: boolean;
  failures: number;
  toldAt: number;
}

/** More addresses than this are not remembered. */
const maxAbsent = 1000;
/** How often in five minutes the log tells of one broker that goes and comes back. */
const mostAbsences = 5;

/**
 * What a log says of brokers and their connections. One that is away is one line when it goes, one when it is back, and one every five
 * minutes in between, however many connections to it are tried by whomever.
 */
export class BrokerLog {
  readonly #log: ClientLog;
  readonly #clock: Pick<Clock, "monotonic">;
  /** By address: the same broker may be one of the option `brokers` and one that metadata named. */
  readonly #absent = new Map<string, Absence>();

  constructor(log: ClientLog, clock: Pick<Clock, "monotonic">) {
    this.#log = log;
    this.#clock = clock;
  }

  /** A connection was opened, or could not be. */
  opened(event: ConnectionOpenEvent): void {
    if (!this.#log.isOn) return;
    if (event.error !== undefined) this.#unreached(event, event.error);
    else {
      this.#write(event, {
        level: "debug",
        message: `A connection to ${named(event)} was opened.`,
        fields: useOf(event),
      });
      this.#reached(event);
    }
  }

  /** A connection ended, or never opened. */
  closed(event: ConnectionCloseEvent): void {
    if (!this.#log.isOn) return;
    const { error } = event;
    const message = `The connection to ${named(event)} is closed: ${error.message}`;
    if (isLogin(error) && event.wasOpen)
      this.#write(event, {
        level: "error",
        message: `The login to ${named(event)} could not be renewed, and its connection is closed: ${sentence(error)} What needs the broker logs in anew, and fails if that is refused.`,
        kind: `login ${event.address}`,
        error,
      });
    else this.#write(event, { level: "debug", message, fields: useOf(event), error });
  }

  /** A broker holds this client back. */
  throttled(event: ThrottleEvent): void {
    const { apiName, throttleTimeMs } = event;
    this.#write(event, {
      level: "warn",
      message: `${capital(named(event))} holds this client back for ${throttleTimeMs} ms after ${apiName}: a quota is used up. Nothing is sent to it meanwhile, then it goes on.`,
      fields: { ...useOf(event), apiName, throttleTimeMs },
      kind: `throttle ${event.address} ${apiName}`,
    });
  }

  /** Topics could not be asked for in the background. */
  metadataFailed({ topics, error }: MetadataErrorEvent): void {
    if (isConnectionFailure(error)) return;
    const code = error instanceof KafkaError ? error.code : error.name;
    this.#log.write({
      level: "warn",
      message: `What is known of ${topics.join(", ")} could not be brought up to date: ${sentence(error)} It stays in use, and is asked for again.`,
      fields: { topics },
      error,
      kind: `metadata ${code}`,
    });
  }

  #unreached(event: ConnectionOpenEvent, error: Error): void {
    const absence = this.#absent.get(event.address);
    const now = this.#clock.monotonic();
    if (absence === undefined) this.#goes(event, error, now);
    else this.#stays(event, absence, error);
  }

  #goes(event: ConnectionOpenEvent, error: Error, now: number): void {
    const willPass = !(error instanceof KafkaError) || error.retriable;
    const next = willPass
      ? "It is tried again; until then what needs it waits, for as long as each call may."
      : "Trying again would not help: what needs it fails.";
    const isTold = this.#write(event, {
      level: willPass ? "warn" : "error",
      message: `${capital(named(event))} cannot be reached: ${sentence(error)} ${next}`,
      error,
      kind: `away ${event.address}`,
      most: mostAbsences,
    });
    this.#absent.set(event.address, { since: now, isTold, failures: 1, toldAt: now });
    const [oldest] = this.#absent.keys();
    if (this.#absent.size > maxAbsent && oldest !== undefined) this.#absent.delete(oldest);
  }

  #stays(event: ConnectionOpenEvent, absence: Absence, error: Error): void {
    const now = this.#clock.monotonic();
    absence.failures++;
    if (now - absence.toldAt < quietMs) return;
    absence.toldAt = now;
    const { failures, since } = absence;
    this.#write(event, {
      level: "warn",
      message: `${capital(named(event))} still cannot be reached, for ${duration(now - since)} and in ${failures} attempts: ${sentence(error)} It is tried again.`,
      fields: { attempts: failures },
      error,
    });
  }

  #reached(event: ConnectionOpenEvent): void {
    const absence = this.#absent.get(event.address);
    if (absence === undefined) return;
    this.#absent.delete(event.address);
    if (!absence.isTold) return;
    const { failures, since } = absence;
    const away = duration(this.#clock.monotonic() - since);
    this.#write(event, {
      level: "info",
      message: `${capital(named(event))} is back after ${away} and ${failures} failed ${failures === 1 ? "attempt" : "attempts"}.`,
      fields: { attempts: failures },
    });
  }

  #write({ node, address }: Place, line: ClientLogLine): boolean {
    const broker = node < 0 ? undefined : { broker: node };
    return this.#log.write({ ...line, fields: { ...broker, address, ...line.fields } });
  }
}

type Place = Pick<ConnectionOpenEvent, "node" | "address">;

function named({ node, address }: Place): string {
  return node < 0 ? `the broker at ${address}` : `broker ${node} at ${address}`;
}

function useOf({ owner, purpose }: Pick<ConnectionOpenEvent, "owner" | "purpose">): { owner: string; purpose: string } {
  return { owner, purpose };
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** An error's text as a sentence. */
function sentence({ message }: Error): string {
  return /[.?!]$/.test(message) ? message : `${message}.`;
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

/** Whether it is about who this client is. */
function isLogin(error: Error): boolean {
  return error instanceof KafkaError && error.code.includes("SASL");
}

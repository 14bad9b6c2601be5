import type { Clock } from "@moldau/platform";
import { KafkaError } from "@moldau/protocol-codec";
import type { ConnectionCloseEvent, ConnectionOpenEvent, MetadataErrorEvent, ThrottleEvent } from "../diagnostics.js";
import { ClientErrorCode, isConnectionFailure } from "../errors.js";
import { Absences, type Absence } from "./absences.js";
import type { ClientLogLine } from "./client-log.js";

/** Writes a line, unless enough of its kind have been; whether it did. */
type Write = (line: ClientLogLine) => boolean;

/** A connection is lost now and then; so often within five minutes it is worth a line. */
const fewRepairs = 3;
/** How often in five minutes the log tells of one broker that goes and comes back. */
const mostAbsences = 5;

/**
 * What a log says of brokers and their connections. One that is away is one line when it goes, one when it is back, and one every five
 * minutes in between, however many connections to it are tried by whomever.
 */
export class BrokerLog {
  readonly #write: Write;
  readonly #absences: Absences;

  constructor(write: Write, clock: Pick<Clock, "monotonic">) {
    this.#write = write;
    this.#absences = new Absences(clock);
  }

  /** A connection was opened, or could not be. */
  opened(event: ConnectionOpenEvent): void {
    const { error } = event;
    if (error !== undefined) return this.#unreached(event, error);
    this.#about(event, {
      level: "debug",
      message: `A connection to ${named(event)} was opened.`,
      fields: useOf(event),
    });
    const absence = this.#absences.end(event.address);
    if (absence === undefined) return;
    if (absence.isTold) this.#tellReturn(event, absence);
    else if (!absence.wasAsked && this.#absences.repaired(event.address) >= fewRepairs)
      this.#tellRepairs(event, absence);
  }

  /** A connection ended. */
  closed(event: ConnectionCloseEvent): void {
    const { error, wasOpen, pendingRequests } = event;
    if (!wasOpen) return;
    const isLost = pendingRequests > 0 && isConnectionFailure(error);
    // Whoever needs the broker connects anew, and that will show whether it is away.
    if (isLost) this.#absences.suspect(event, error);
    if (isLogin(error)) this.#tellLogin(event);
    else {
      const message = `The connection to ${named(event)} is closed: ${sentence(error)}`;
      this.#about(event, {
        level: error.code === ClientErrorCode.PROTOCOL_VIOLATION ? "error" : "debug",
        message,
        fields: useOf(event),
        error,
      });
    }
  }

  /** A broker holds this client back. */
  throttled(event: ThrottleEvent): void {
    const { address, apiName, throttleTimeMs } = event;
    this.#about(event, {
      level: "warn",
      message: `${capital(named(event))} holds this client back for ${throttleTimeMs} ms after ${apiName}: a quota is used up. Nothing is sent to it meanwhile, then it goes on.`,
      fields: { ...useOf(event), apiName, throttleTimeMs },
      kind: `throttle ${address} ${apiName}`,
    });
  }

  /** Topics could not be asked for in the background. */
  metadataFailed({ topics, error }: MetadataErrorEvent): void {
    if (isConnectionFailure(error)) return;
    this.#write({
      level: "warn",
      message: `What is known of ${topics.join(", ")} could not be brought up to date: ${sentence(error)} It stays in use, and is asked for again.`,
      fields: { topics },
      error,
      kind: `metadata ${error instanceof KafkaError ? error.code : error.name}`,
    });
  }

  /** Whether a broker is away that others feel the lack of, or only just back. One that is away is told of now, if it was not yet. */
  explain(): boolean {
    const recent = this.#absences.recent();
    for (const absence of recent) if (!absence.isTold) this.#tellAbsence(absence);
    return recent.length > 0 || this.#absences.hasEndedLately();
  }

  #unreached(event: ConnectionOpenEvent, error: Error): void {
    const absence = this.#absences.failed(event, error);
    if (!absence.wasAsked) this.#tellAbsence(absence);
    else if (this.#absences.isReminderDue(absence)) this.#tellStay(absence);
  }

  #tellAbsence(absence: Absence): void {
    const { event, error } = absence;
    const willPass = !(error instanceof KafkaError) || error.retriable;
    const [what, next] = willPass
      ? ["cannot be reached", "It is tried again; until then what needs it waits, for as long as each call may."]
      : ["cannot be used", "Trying again would not help: what needs it fails."];
    absence.wasAsked = true;
    absence.isTold = this.#about(event, {
      level: willPass ? "warn" : "error",
      message: `${capital(named(event))} ${what}: ${sentence(error)} ${next}`,
      error,
      kind: `away ${event.address}`,
      most: mostAbsences,
    });
  }

  #tellStay(absence: Absence): void {
    const { event, error, failures } = absence;
    this.#about(event, {
      level: "warn",
      message: `${capital(named(event))} still cannot be reached, for ${this.#away(absence)} and in ${failures} attempts: ${sentence(error)} It is tried again.`,
      fields: { attempts: failures },
      error,
    });
  }

  #tellReturn(event: ConnectionOpenEvent, absence: Absence): void {
    const { failures } = absence;
    const attempts = `${failures} failed ${failures === 1 ? "attempt" : "attempts"}`;
    this.#about(event, {
      level: "info",
      message: `${capital(named(event))} is back after ${this.#away(absence)} and ${attempts}.`,
      fields: { attempts: failures },
    });
  }

  #tellRepairs(event: ConnectionOpenEvent, { error }: Absence): void {
    this.#about(event, {
      level: "warn",
      message: `Connections to ${named(event)} are lost again and again, and opened anew: ${sentence(error)} What was under way on them is sent again. Does something between here and there end them?`,
      error,
      kind: `lost ${event.address}`,
    });
  }

  #tellLogin(event: ConnectionCloseEvent): void {
    const { address, error } = event;
    this.#about(event, {
      level: "error",
      message: `The login to ${named(event)} could not be renewed, and its connection is closed: ${sentence(error)} What needs the broker logs in anew, and fails if that is refused.`,
      kind: `login ${address}`,
      error,
    });
  }

  #about({ node, address }: Place, line: ClientLogLine): boolean {
    const broker = node < 0 ? undefined : { broker: node };
    return this.#write({ ...line, fields: { ...broker, address, ...line.fields } });
  }

  #away({ since }: Absence): string {
    const ms = this.#absences.now() - since;
    return ms < 1000 ? `${ms} ms` : ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
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

/** Whether it is about who this client is. */
function isLogin(error: Error): boolean {
  return error instanceof KafkaError && error.code.includes("SASL");
}

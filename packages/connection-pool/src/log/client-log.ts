import { throwUncaught, type Clock } from "@moldau/platform";
import { KafkaError } from "@moldau/protocol-codec";
import type { ClientName } from "../diagnostics.js";
import { BrokerLog } from "./broker-log.js";
import { mayFollowFromAbsence } from "./consequences.js";
import type { LogFields, LogLevel, LogSink } from "./log-line.js";
import { Quiet } from "./quiet.js";

/** A line as the parts of a client write it: who the client is, and what the error tells, is added. */
export interface ClientLogLine {
  readonly level: LogLevel;
  /** Whole sentences: what happened, and what happens next. */
  readonly message: string;
  /** What it is about, beyond what stands in the error. */
  readonly fields?: Omit<LogFields, "clientId" | "clientInstance">;
  readonly error?: Error | undefined;
  /** Of lines of one kind one is written in five minutes. Default: every line is written. */
  readonly kind?: string;
  /** How many of a kind are written in five minutes. Default 1. */
  readonly most?: number;
}

/** What a client tells people by the option `logger`; nothing without it. */
export interface ClientLog {
  /** Whether anything is written anywhere: otherwise no line need be made. */
  readonly isOn: boolean;
  /** Writes a line, unless enough of its kind have been. */
  write(line: ClientLogLine): void;
}

/** A {@link ClientLog} that also knows which brokers are away. */
export class ClientLogWriter implements ClientLog {
  /** What it says of brokers and their connections. */
  readonly brokers: BrokerLog;
  readonly #sink: LogSink | undefined;
  readonly #client: ClientName;
  readonly #quiet: Quiet;

  constructor(
    client: ClientName,
    { logger, clock }: { readonly logger: LogSink | undefined; readonly clock: Pick<Clock, "monotonic"> },
  ) {
    this.#sink = logger;
    this.#client = client;
    this.#quiet = new Quiet(clock);
    this.brokers = new BrokerLog((line) => this.#put(line), clock);
  }

  /** Whether anything is written anywhere: otherwise no line need be made. */
  get isOn(): boolean {
    return this.#sink !== undefined;
  }

  /**
   * Writes a line, unless enough of its kind have been; what follows from a broker that is away is for `debug`, since that has a line of its
   * own. A logger's own error breaks nothing: it is thrown as an uncaught exception.
   */
  write(line: ClientLogLine): void {
    const { level, error } = line;
    const isFollowing = level === "warn" && error instanceof KafkaError && mayFollowFromAbsence(error);
    this.#put(isFollowing && this.isOn && this.brokers.explain() ? { ...line, level: "debug" } : line);
  }

  /** Whether it was written. */
  #put({ level, message, fields, error, kind, most }: ClientLogLine): boolean {
    if (this.#sink === undefined) return false;
    const keptBack = kind === undefined ? 0 : this.#quiet.ask(`${level} ${kind}`, most);
    if (keptBack === undefined) return false;
    const said = keptBack === 0 ? undefined : { keptBack };
    try {
      this.#sink({
        level,
        message: said === undefined ? message : `${message} (${keptBack} more like this were kept back.)`,
        fields: { ...this.#client, ...factsOf(error), ...fields, ...said },
        error,
      });
    } catch (thrown) {
      throwUncaught(thrown);
    }
    return true;
  }
}

/** What an error is about. */
function factsOf(error: Error | undefined): Omit<LogFields, "clientId" | "clientInstance"> {
  if (!(error instanceof KafkaError)) return {};
  const { code, broker, address, topic, partition, groupId } = error;
  const facts = { code, broker, address, topic, partition, groupId };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

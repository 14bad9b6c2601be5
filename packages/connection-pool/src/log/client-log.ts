import { throwUncaught, type Clock } from "@moldau/platform";
import { KafkaError } from "@moldau/protocol-codec";
import type { ClientName } from "../diagnostics.js";
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
export class ClientLog {
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
  }

  /** Whether anything is written anywhere: otherwise no line need be made. */
  get isOn(): boolean {
    return this.#sink !== undefined;
  }

  /** Writes a line, unless enough of its kind have been; whether it did. A logger's own error breaks nothing: it is thrown as an uncaught exception. */
  write({ level, message, fields, error, kind, most }: ClientLogLine): boolean {
    if (this.#sink === undefined) return false;
    const keptBack = kind === undefined ? 0 : this.#quiet.ask(kind, most);
    if (keptBack === undefined) return false;
    const { clientId, clientInstance } = this.#client;
    try {
      this.#sink({
        level,
        message: keptBack === 0 ? message : `${message} (${keptBack} more like this were kept back.)`,
        fields: {
          clientId,
          clientInstance,
          ...factsOf(error),
          ...fields,
          ...(keptBack === 0 ? undefined : { keptBack }),
        },
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

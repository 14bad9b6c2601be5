/** How much a line matters: `error` tells that something was lost or stopped, `warn` that something is tried again or held back, `info` who came and went, `debug` of connections. */
export type LogLevel = "error" | "warn" | "info" | "debug";

/** The levels, from the one that matters most. */
export const logLevels: readonly LogLevel[] = ["error", "warn", "info", "debug"];

/** What a line is about, for machines to search by; what is not known is left out. */
export interface LogFields {
  /** The option `clientId`. */
  readonly clientId: string;
  /** Counts the clients that this process has made, from 1. */
  readonly clientInstance: number;
  /** Node id of the broker. */
  readonly broker?: number;
  /** `host:port` of the broker. */
  readonly address?: string;
  readonly topic?: string;
  readonly partition?: number;
  /** The consumer group. */
  readonly groupId?: string;
  /** The error's code. */
  readonly code?: string;
  /** How many lines of the same kind were kept back since the last one. */
  readonly keptBack?: number;
  readonly [name: string]: unknown;
}

/** One line for a log. */
export interface LogLine {
  readonly level: LogLevel;
  /** Whole sentences: what happened, and what happens next. */
  readonly message: string;
  readonly fields: LogFields;
  readonly error?: Error | undefined;
}

/** Takes lines, in the way of one kind of logger. */
export type LogSink = (line: LogLine) => void;

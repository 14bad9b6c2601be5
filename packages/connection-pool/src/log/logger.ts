import type { Clock } from "@moldau/platform";
import { invalidArgument } from "../errors.js";
import { isPlainObject } from "../options.js";
import { bunyanSink, isBunyan, isPino, pinoSink } from "./fields-first-loggers.js";
import { logLevels, type LogFields, type LogLevel, type LogSink } from "./log-line.js";
import { levelSink } from "./level-sink.js";
import { consoleSink, isWinston, winstonSink } from "./text-first-loggers.js";

/**
 * A logger: `console`, one of pino, winston or bunyan as it is, or an object of your own with these four methods, which get a text and what
 * it is about. An error is among the fields, by the name `error`, or `err` where the library expects that.
 */
export interface Logger {
  /** Something was lost or stopped. */
  error(message: string, fields: LogFields): unknown;
  /** Something is tried again, or held back. */
  warn(message: string, fields: LogFields): unknown;
  /** Somebody came, went or came back. */
  info(message: string, fields: LogFields): unknown;
  /** Connections. */
  debug(message: string, fields: LogFields): unknown;
}

/** Reads the option `logger`; undefined for what is none. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when it looks like a logger and lacks a method. */
export function parseLogger(value: unknown, path: string, clock: Clock): LogSink | undefined {
  const level = logLevels.find((name) => name === value);
  if (level !== undefined) return levelSink(level, clock);
  if (!isObject(value)) return undefined;
  if (isWinston(value)) return winstonSink(value, path);
  const missing = logLevels.filter((name) => typeof Reflect.get(value, name) !== "function");
  if (missing.length > 0) throw lacking(path, missing);
  if (isPino(value)) return pinoSink(value);
  return isBunyan(value) ? bunyanSink(value) : consoleSink(value);
}

/** What the option may be, for the error about anything else. */
export const expectedLogger = `a level (${logLevels.map((level) => JSON.stringify(level)).join(", ")}) or a logger such as console, pino() or winston.createLogger()`;

/** A logger that is a function with methods counts as well. */
function isObject(value: unknown): value is object {
  return isPlainObject(value) || typeof value === "function";
}

function lacking(path: string, missing: readonly LogLevel[]): Error {
  const names = missing.join(", ");
  return invalidArgument(
    `${path} has no method ${names}: give a logger with the methods ${logLevels.join(", ")}, or a level such as "warn".`,
  );
}

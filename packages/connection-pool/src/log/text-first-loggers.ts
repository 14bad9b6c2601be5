import { invalidArgument } from "../errors.js";
import { isPlainObject } from "../options.js";
import { logLevels, type LogLevel, type LogLine, type LogSink } from "./log-line.js";
import { call, hasMethod } from "./method.js";

/** Takes a text and then the fields, as `console` does. */
export function consoleSink(logger: object): LogSink {
  return (line) => call(logger, line.level, noFormat(line.message), withError(line));
}

/** Whether it is a logger of winston: those have transports, and `log` for levels of any name. */
export function isWinston(logger: object): boolean {
  return Array.isArray(Reflect.get(logger, "transports")) && hasMethod(logger, "log") && hasMethod(logger, "configure");
}

/**
 * Writes to winston, an object with everything in it; which levels it has is up to the application (syslog's have `warning`).
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when it has none for one of ours.
 */
export function winstonSink(logger: object, path: string): LogSink {
  const own: unknown = Reflect.get(logger, "levels");
  const known = isPlainObject(own) ? Object.keys(own) : [];
  const names = new Map(logLevels.map((level) => [level, winstonLevel(level, known, path)]));
  return (line) =>
    // As one object: a text that looks like a format would lose the fields.
    call(logger, "log", { ...withError(line), level: names.get(line.level), message: line.message });
}

function winstonLevel(level: LogLevel, known: readonly string[], path: string): string {
  const name = [level, ...(level === "warn" ? ["warning"] : [])].find((each) => known.includes(each));
  if (name !== undefined) return name;
  throw invalidArgument(
    `${path} is a winston logger without the level ${JSON.stringify(level)}; its levels are ${known.join(", ")}. Give one that has ${logLevels.join(", ")}.`,
  );
}

function withError({ fields, error }: LogLine): object {
  return error === undefined ? fields : { ...fields, error };
}

/** `console` takes a text for a format, in which `%s` stands for what follows. */
function noFormat(message: string): string {
  return message.replaceAll(/%(?=[sdifjoOc%])/g, "%%");
}

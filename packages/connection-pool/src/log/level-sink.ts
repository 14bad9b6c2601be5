import { stderr } from "node:process";
import type { Clock } from "@moldau/platform";
import { logLevels, type LogFields, type LogLevel, type LogSink } from "./log-line.js";

/** Writes lines of this level, and of those that matter more, to the standard error output, for people to read. */
export function levelSink(lowest: LogLevel, clock: Clock): LogSink {
  const last = logLevels.indexOf(lowest);
  return ({ level, message, fields }) => {
    if (logLevels.indexOf(level) > last) return;
    const time = new Date(clock.now()).toISOString();
    stderr.write(`${time} ${level.toUpperCase().padEnd(5)} moldau ${clientOf(fields)}${message}${detailsOf(fields)}\n`);
  };
}

function clientOf({ clientId, clientInstance }: LogFields): string {
  return `[${clientId}#${clientInstance}] `;
}

/** What the text may not say. */
function detailsOf({ code }: LogFields): string {
  return code === undefined ? "" : ` (${code})`;
}

import type { TopicOptions } from "../options.js";
import { UsageError } from "./usage-error.js";

/** Reads `NAME[:COUNT[:KEY=VALUE,…]]`. A value may have commas in it, as `cleanup.policy=compact,delete`. Throws a {@link UsageError}. */
export function parseTopic(text: string): TopicOptions {
  const [topic = "", count = "", ...rest] = text.split(":");
  const settings = rest.join(":");
  if (count !== "" && !/^\d+$/.test(count))
    throw new UsageError(`--topic takes NAME:PARTITIONS, such as orders:6, not ${JSON.stringify(text)}.`);
  return {
    topic,
    ...(count === "" ? {} : { partitions: Number(count) }),
    ...(settings === "" ? {} : { configs: Object.fromEntries(settingsOf(settings)) }),
  };
}

/** Reads `KEY=VALUE`. Throws a {@link UsageError} that says which option wants it. */
export function parseSetting(option: string, text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`${option} takes KEY=VALUE, such as num.partitions=6, not ${JSON.stringify(text)}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function settingsOf(text: string): [string, string][] {
  // A comma ends a setting only where the next one begins.
  return text.split(/,(?=[a-z.]+=)/).map((setting) => parseSetting("the third part of --topic", setting));
}

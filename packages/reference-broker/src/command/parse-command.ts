import { parseArgs } from "node:util";
import type { BrokerOptions, TopicOptions } from "../options.js";

/** What the command line asks for. */
export type BrokerCommand = { readonly kind: "help" } | { readonly kind: "serve"; readonly options: BrokerOptions };

/** The arguments make no sense; the message says what to write instead. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UsageError";
  }
}

/** What `--help` shows. */
export const usage = `Usage: reference-broker [options]

A Kafka broker for development, for any Kafka client.

  --port NUMBER            port of the first broker (9092; 0: any free one)
  --data DIR               where to keep the data (default: in memory)
  --host ADDRESS           address to listen on (127.0.0.1: this machine only)
  --advertised-host NAME   host name that clients are told (default: the address)
  --brokers NUMBER         brokers, on ports that follow each other (1)
  --topic NAME[:COUNT]     topic to create unless it exists, with its partitions; may be repeated
  --config KEY=VALUE       broker setting by Kafka's name, such as num.partitions=6; may be repeated
  --help                   this text`;

const options = {
  port: { type: "string" },
  data: { type: "string" },
  host: { type: "string" },
  "advertised-host": { type: "string" },
  brokers: { type: "string" },
  topic: { type: "string", multiple: true },
  config: { type: "string", multiple: true },
  help: { type: "boolean" },
} as const;

/** Reads the arguments. Throws a {@link UsageError}. */
export function parseCommand(args: readonly string[]): BrokerCommand {
  const values = valuesOf(args);
  if (values.help === true) return { kind: "help" };
  const { data, host, brokers, topic = [], config = [] } = values;
  const advertisedHost = values["advertised-host"];
  return {
    kind: "serve",
    options: {
      port: wholeNumber("--port", values.port ?? "9092"),
      topics: topic.map(topicOf),
      configs: Object.fromEntries(config.map(settingOf)),
      ...(brokers === undefined ? {} : { brokers: wholeNumber("--brokers", brokers) }),
      ...(data === undefined ? {} : { dataDir: data }),
      ...(host === undefined ? {} : { host }),
      ...(advertisedHost === undefined ? {} : { advertisedHost }),
    },
  };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`${name} takes a whole number, not ${JSON.stringify(text)}.`);
  return Number(text);
}

function topicOf(text: string): TopicOptions {
  const [, topic = "", count] = /^(.*?)(?::(\d+))?$/.exec(text) ?? [];
  return count === undefined ? { topic } : { topic, partitions: Number(count) };
}

function settingOf(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--config takes KEY=VALUE, such as num.partitions=6, not ${JSON.stringify(text)}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

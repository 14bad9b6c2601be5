/** One option of the command line. */
export interface CommandOption {
  /** What stands for the value in the help; absent: the option takes none. */
  readonly value?: string;
  readonly isRepeated?: boolean;
  /** What it does, with its default. */
  readonly says: string;
}

/** The options of the command line by groups, in the order of the help. */
export const optionGroups = {
  "What it is": {
    brokers: { value: "NUMBER", says: "brokers, on ports that follow each other (1)" },
    "node-ids": { value: "ID,ID,…", says: "as many brokers, with these node ids (1, 2, 3 …)" },
    rack: { value: "NAME", isRepeated: true, says: "the rack of the first broker, of the second, and so on" },
    data: { value: "DIR", says: "where to keep the data (default: in memory)" },
    topic: {
      value: "NAME[:COUNT[:KEY=VALUE,…]]",
      isRepeated: true,
      says: "topic to create unless it exists, with its partitions and settings",
    },
    config: { value: "KEY=VALUE", isRepeated: true, says: "broker setting by Kafka's name, such as num.partitions=6" },
    "group-version": { value: "NUMBER", says: "level of group.version: 0 or 1 (1 in a new cluster)" },
    "transaction-version": { value: "NUMBER", says: "level of transaction.version: 0, 1 or 2 (2 in a new cluster)" },
    seed: { value: "NUMBER", says: "makes ids, placement and member names the same in every run" },
  },
  "Where it listens": {
    port: { value: "NUMBER", says: "port of the first broker (9092; 0: any free one)" },
    host: { value: "ADDRESS", says: "address to listen on (127.0.0.1: this machine only)" },
    "advertised-host": { value: "NAME", says: "host name that clients are told (default: the address)" },
    listener: {
      value: "[NAME=]PROTOCOL://[HOST]:PORT[,ADVERTISED-HOST]",
      isRepeated: true,
      says: "in place of --port, PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL: SSL://:9093",
    },
  },
  "Encryption and logins": {
    tls: { says: "encrypts, with a certificate made for development unless --tls-cert names one" },
    "tls-cert": { value: "FILE", says: "the broker's certificate with its chain, PEM" },
    "tls-key": { value: "FILE", says: "the key of it, PEM" },
    "tls-ca": { value: "FILE", says: "takes only clients with a certificate of this authority, PEM" },
    "tls-clients": { says: "takes only clients with a certificate, and makes one for development" },
    sasl: {
      value: "MECHANISM",
      isRepeated: true,
      says: "makes clients log in: plain, scram-sha-256, scram-sha-512 (all three)",
    },
    user: { value: "NAME:PASSWORD", isRepeated: true, says: "who may log in; ps shows it to others on this machine" },
    "user-file": { value: "FILE", says: "the same, one NAME:PASSWORD a line; or the environment's MOLDAU_USERS" },
    "sasl-session-ms": { value: "NUMBER", says: "for how long a login is good (0: for ever)" },
  },
  "What it says": {
    verbose: { says: "a line for each connection, login, topic, rebalance, commit and transaction" },
    json: { says: "one JSON object a line, for programs" },
    version: { says: "the version" },
    help: { says: "this text" },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, CommandOption>>>>;

type Groups = typeof optionGroups;

/** The name of an option, without its hyphens. */
export type OptionName = { [Group in keyof Groups]: keyof Groups[Group] }[keyof Groups];

/** Every option by its name. */
export const commandOptions: ReadonlyMap<string, CommandOption> = new Map(
  Object.values(optionGroups).flatMap((group) => Object.entries<CommandOption>(group)),
);

/** Where the help says what an option does. */
const column = 28;

/** What `--help` shows. */
export const usage: string = [
  "Usage: reference-broker [options]",
  "",
  "A Kafka broker for development, for any Kafka client.",
  ...Object.entries(optionGroups).flatMap(([title, group]) => ["", `${title}:`, ...linesOf(group)]),
  "",
  "Ctrl+C or SIGTERM ends it in good order, a second one at once.",
  "Exit codes: 0 after an orderly end, 1 when it could not start or close, 2 when the options make no sense.",
].join("\n");

/** Short options keep what they do beside them; long ones have it below. */
function linesOf(group: Readonly<Record<string, CommandOption>>): string[] {
  return Object.entries(group).flatMap(([name, { value, says, isRepeated }]) => {
    const written = `  --${name}${value === undefined ? "" : ` ${value}`}`;
    const sentence = isRepeated === true ? `${says} (repeatable)` : says;
    return written.length < column ? [written.padEnd(column) + sentence] : [written, " ".repeat(column) + sentence];
  });
}

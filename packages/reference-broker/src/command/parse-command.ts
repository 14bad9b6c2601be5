import { advice } from "../known-names.js";
import type { BrokerOptions, FeatureOptions, NodeOptions, TopicOptions } from "../options.js";
import { saslMechanisms, type SaslMechanismName, type SaslUser } from "../security/users.js";
import { Arguments } from "./arguments.js";
import type { OptionName } from "./options.js";
import { parseListener, type WantedListener } from "./parse-listener.js";
import { parseSetting, parseTopic } from "./parse-topic.js";
import { parseUser } from "./parse-user.js";
import { UsageError } from "./usage-error.js";

/** What the command line asks for. */
export type BrokerCommand =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | ({ readonly kind: "serve" } & ServeCommand);

/** A broker to run. Nothing has been read from files yet. */
export interface ServeCommand {
  /** What needs no files; `port` is there unless there are listeners. */
  readonly options: Pick<
    BrokerOptions,
    "brokers" | "host" | "port" | "advertisedHost" | "dataDir" | "configs" | "features" | "seed"
  >;
  /** Made once it is known what the data directory held. */
  readonly topics: readonly TopicOptions[];
  readonly listeners: readonly WantedListener[];
  /** Undefined: nothing is encrypted. */
  readonly tls: WantedTls | undefined;
  /** Undefined: nobody has to log in. */
  readonly sasl: WantedSasl | undefined;
  readonly isVerbose: boolean;
  readonly isJson: boolean;
}

/** Encryption, by files or with a certificate made for development. */
export interface WantedTls {
  readonly files: { readonly cert: string; readonly key: string } | undefined;
  /** The authority of the clients' certificates. */
  readonly ca: string | undefined;
  readonly asksClients: boolean;
}

/** Logins; further users may stand in the file, or in the environment. */
export interface WantedSasl {
  readonly users: readonly SaslUser[];
  readonly userFile: string | undefined;
  /** Empty: all. */
  readonly mechanisms: readonly SaslMechanismName[];
  readonly sessionLifetimeMs: number;
}

/** Reads the arguments; `environment` says only whether there are users in it. Throws a {@link UsageError}. */
export function parseCommand(
  args: readonly string[],
  environment: { readonly hasUsers?: boolean } = {},
): BrokerCommand {
  const given = new Arguments(args);
  if (given.has("help")) return { kind: "help" };
  if (given.has("version")) return { kind: "version" };
  const listeners = given.all("listener").map(parseListener);
  const tls = tlsOf(given, listeners);
  const sasl = saslOf(given, listeners, environment.hasUsers === true);
  return {
    kind: "serve",
    options: placeOf(given),
    topics: given.all("topic").map(parseTopic),
    listeners,
    tls,
    sasl,
    isVerbose: given.has("verbose"),
    isJson: given.has("json"),
  };
}

function placeOf(given: Arguments): ServeCommand["options"] {
  const brokers = brokersOf(given);
  const [dataDir, host, advertisedHost] = [given.one("data"), given.one("host"), given.one("advertised-host")];
  const [port, seed] = [given.wholeNumber("port"), given.wholeNumber("seed")];
  const features = featuresOf(given);
  const hasListeners = given.all("listener").length > 0;
  if (hasListeners && port !== undefined)
    throw new UsageError("--port and --listener exclude each other: a listener has its own port.");
  return {
    ...(hasListeners ? {} : { port: port ?? 9092 }),
    configs: Object.fromEntries(given.all("config").map((text) => parseSetting("--config", text))),
    ...(brokers === undefined ? {} : { brokers }),
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(host === undefined ? {} : { host }),
    ...(advertisedHost === undefined ? {} : { advertisedHost }),
    ...(features === undefined ? {} : { features }),
    ...(seed === undefined ? {} : { seed }),
  };
}

function featuresOf(given: Arguments): FeatureOptions | undefined {
  const transactions = levelOf(given, "transaction-version", [0, 1, 2]);
  const groups = levelOf(given, "group-version", [0, 1]);
  if (transactions === undefined && groups === undefined) return undefined;
  return {
    ...(groups === undefined ? {} : { "group.version": groups }),
    ...(transactions === undefined ? {} : { "transaction.version": transactions }),
  };
}

function levelOf<const Level extends number>(
  given: Arguments,
  option: "group-version" | "transaction-version",
  levels: readonly Level[],
): Level | undefined {
  const wanted = given.wholeNumber(option);
  if (wanted === undefined) return undefined;
  const level = levels.find((each) => each === wanted);
  if (level !== undefined) return level;
  throw new UsageError(`--${option} takes ${levels.slice(0, -1).join(", ")} or ${levels.at(-1)}, not ${wanted}.`);
}

function brokersOf(given: Arguments): number | readonly NodeOptions[] | undefined {
  const count = given.wholeNumber("brokers");
  const ids = given.one("node-ids");
  const racks = given.all("rack");
  if (ids !== undefined && !/^\d+(?:,\d+)*$/.test(ids))
    throw new UsageError(
      `--node-ids takes whole numbers with commas between them, such as 0,1,2, not ${JSON.stringify(ids)}.`,
    );
  if (ids === undefined && racks.length === 0) return count;
  const nodeIds = ids?.split(",").map(Number) ?? Array.from({ length: count ?? 1 }, (_, index) => index + 1);
  if (count !== undefined && count !== nodeIds.length)
    throw new UsageError(`--brokers says ${count}, and --node-ids names ${nodeIds.length}: one of them will do.`);
  if (racks.length > nodeIds.length)
    throw new UsageError(
      `--rack is given ${racks.length} times, for ${nodeIds.length} brokers: --brokers says how many there are.`,
    );
  return nodeIds.map((nodeId, index) => {
    const rack = racks[index];
    return rack === undefined ? { nodeId } : { nodeId, rack };
  });
}

function tlsOf(given: Arguments, listeners: readonly WantedListener[]): WantedTls | undefined {
  const [cert, key, ca] = [given.one("tls-cert"), given.one("tls-key"), given.one("tls-ca")];
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError(
      `--tls-cert and --tls-key belong together: --tls-${cert === undefined ? "cert" : "key"} is missing.`,
    );
  const asksClients = given.has("tls-clients") || ca !== undefined;
  const isWanted = given.has("tls") || cert !== undefined || asksClients;
  const files = cert === undefined || key === undefined ? undefined : { cert, key };
  if (files !== undefined && asksClients && ca === undefined)
    throw new UsageError(
      "--tls-clients needs --tls-ca beside a certificate of your own: the authority that signed the clients'.",
    );
  if (isWanted) expectListener(listeners, "isEncrypted", "tls");
  const isNamed = listeners.some(({ isEncrypted }) => isEncrypted);
  return isWanted || isNamed ? { files, ca, asksClients } : undefined;
}

function saslOf(
  given: Arguments,
  listeners: readonly WantedListener[],
  hasUsersElsewhere: boolean,
): WantedSasl | undefined {
  const users = given.all("user").map((text) => parseUser(text, "--user"));
  const userFile = given.one("user-file");
  const mechanisms = given
    .all("sasl")
    .flatMap((text) => text.split(","))
    .map(mechanismOf);
  const hasUsers = users.length > 0 || userFile !== undefined || hasUsersElsewhere;
  const isNamed = listeners.some(({ wantsLogin }) => wantsLogin);
  if (mechanisms.length > 0 || users.length > 0 || userFile !== undefined)
    expectListener(listeners, "wantsLogin", "sasl");
  const isWanted = mechanisms.length > 0 || isNamed || (hasUsers && listeners.length === 0);
  if (!isWanted) return undefined;
  if (!hasUsers)
    throw new UsageError(
      "nobody could log in: give --user NAME:PASSWORD, --user-file, or MOLDAU_USERS in the environment.",
    );
  return { users, userFile, mechanisms, sessionLifetimeMs: given.wholeNumber("sasl-session-ms") ?? 0 };
}

function mechanismOf(text: string): SaslMechanismName {
  const name = saslMechanisms.find((known) => known === text.toUpperCase());
  if (name === undefined)
    throw new UsageError(`--sasl knows no ${JSON.stringify(text)}: ${advice(text.toUpperCase(), saslMechanisms)}`);
  return name;
}

/** What is asked for has to be done by some listener, when listeners are named one by one. */
function expectListener(
  listeners: readonly WantedListener[],
  property: "isEncrypted" | "wantsLogin",
  option: OptionName,
): void {
  if (listeners.length === 0 || listeners.some((listener) => listener[property])) return;
  const [wanted, names] =
    property === "isEncrypted"
      ? ["is encrypted", "SSL or SASL_SSL"]
      : ["asks for a login", "SASL_PLAINTEXT or SASL_SSL"];
  throw new UsageError(`--${option} has no effect: no --listener ${wanted}. Write ${names} in one of them.`);
}

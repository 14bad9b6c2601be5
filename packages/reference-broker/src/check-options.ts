import { brokerConfigKeys } from "./cluster/broker-config.js";
import { chosenFeatures, features } from "./cluster/features.js";
import { topicConfigs } from "./cluster/topic-config.js";
import { checkTls } from "./check-tls.js";
import { topicNameProblem } from "./cluster/topic-names.js";
import { advice, checkKeys } from "./known-names.js";
import type { BrokerOptions, FeatureOptions, ListenerOptions, NodeOptions, TopicOptions } from "./options.js";
import type { SaslMechanism } from "./security/sasl.js";
import { saslMechanisms, type SaslOptions, type SaslUser } from "./security/users.js";

/** One broker to start. */
export interface ResolvedNode {
  readonly nodeId: number;
  /** Position in the list: what is added to the ports. */
  readonly index: number;
  readonly port: number | undefined;
  readonly rack: string | null;
}

/** One address of each broker, defaults filled in. */
export interface ResolvedListener extends Omit<ListenerOptions, "name" | "host" | "port" | "advertisedHost"> {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly advertisedHost: string;
  readonly securityProtocol: number;
}

/** The names of all options, by what takes them. */
export const optionNames = {
  broker: [
    "brokers",
    "host",
    "port",
    "advertisedHost",
    "tls",
    "sasl",
    "listeners",
    "dataDir",
    "topics",
    "configs",
    "features",
    "acceptor",
    "clock",
    "seed",
  ],
  node: ["nodeId", "port", "rack"],
  listener: ["name", "host", "port", "advertisedHost", "tls", "sasl"],
  topic: ["topic", "partitions", "configs"],
  sasl: ["users", "mechanisms", "sessionLifetimeMs"],
  user: ["username", "password", "mechanisms"],
} as const;

/** Checks the options. Throws a RangeError with a sentence that says what to write instead. */
export function checkOptions(options: BrokerOptions): void {
  checkKeys("startBroker", options, optionNames.broker);
  const { port, listeners, tls, sasl, dataDir, topics = [], seed, configs = {} } = options;
  checkPort("port", port);
  checkTexts({ host: options.host, advertisedHost: options.advertisedHost, dataDir });
  checkLists({ listeners, topics });
  checkConfigs("configs", configs, brokerConfigKeys());
  checkFeatures(options.features ?? {});
  if (listeners !== undefined) {
    if (listeners.length === 0) throw new RangeError("listeners is empty: leave it out, or name at least one");
    if (port !== undefined || tls !== undefined || sasl !== undefined)
      throw new RangeError("port, tls and sasl belong into the listeners when listeners are given");
    for (const listener of listeners) checkListener(listener);
  }
  checkTls(tls);
  if (sasl !== undefined) checkSasl(sasl);
  if (dataDir !== undefined && dataDir === "")
    throw new RangeError("dataDir is empty: name a directory, or leave it out to keep the data in memory");
  checkMethods("acceptor", options.acceptor, ["listen"]);
  checkMethods("clock", options.clock, ["now", "monotonic", "timer", "sleep", "soon"]);
  if (seed !== undefined && !Number.isInteger(seed)) throw new RangeError(`seed must be a whole number, not ${seed}`);
  for (const topic of topics) checkTopic(topic);
}

/** The brokers to start, with their node ids. Throws a RangeError when there are none, or two of one id. */
export function resolveNodes({ brokers = 1 }: BrokerOptions): readonly ResolvedNode[] {
  if (typeof brokers === "number") {
    if (!Number.isInteger(brokers) || brokers < 1 || brokers > maxBrokers)
      throw new RangeError(`brokers must be a whole number from 1 to ${maxBrokers}, not ${brokers}`);
    return Array.from({ length: brokers }, (_, index) => ({ nodeId: index + 1, index, port: undefined, rack: null }));
  }
  if (!Array.isArray(brokers))
    throw new RangeError(
      `brokers must be a number, or a list of { nodeId, port?, rack? }, not ${JSON.stringify(brokers)}`,
    );
  if (brokers.length === 0) throw new RangeError("brokers is empty: write a number, or name at least one broker");
  const nodes = brokers.map((node, index) => ({
    nodeId: checkNode(node).nodeId,
    index,
    port: node.port,
    rack: node.rack ?? null,
  }));
  const twice = nodes.find(({ nodeId }, index) => nodes.findIndex((other) => other.nodeId === nodeId) !== index);
  if (twice !== undefined) throw new RangeError(`two brokers have the node id ${twice.nodeId}: give each its own`);
  return nodes;
}

/** The addresses of each broker. Throws a RangeError when one is a wildcard that clients could not be told. */
export function resolveListeners(options: BrokerOptions): readonly ResolvedListener[] {
  const { host: defaultHost = "127.0.0.1", listeners = [options], advertisedHost: defaultAdvertised } = options;
  const resolved = listeners.map((listener: ListenerOptions) => {
    const host = listener.host ?? defaultHost;
    const securityProtocol = (listener.tls === undefined ? 0 : 1) + (listener.sasl === undefined ? 0 : 2);
    const advertisedHost = listener.advertisedHost ?? defaultAdvertised ?? host;
    if (wildcards.has(advertisedHost))
      throw new RangeError(
        `clients cannot be told to connect to ${advertisedHost}: give advertisedHost, the name by which they reach this machine`,
      );
    return {
      ...listener,
      name: listener.name ?? protocolNames[securityProtocol] ?? "PLAINTEXT",
      host,
      port: listener.port ?? 0,
      advertisedHost,
      securityProtocol,
    };
  });
  const twice = resolved.find(({ name }, index) => resolved.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw new RangeError(`two listeners are named ${twice.name}: give each a name of its own`);
  return resolved;
}

/** Throws a RangeError when the ports that follow each other end before each broker has one. */
export function checkPortsOf(nodes: readonly ResolvedNode[], listeners: readonly ResolvedListener[]): void {
  for (const { port } of listeners) {
    const last = Math.max(...nodes.map((node) => node.port ?? port + node.index));
    if (port > 0 && last > 65_535)
      throw new RangeError(
        `${nodes.length} brokers from port ${port} on would need port ${last}, and 65535 is the last: give a lower port`,
      );
  }
}

const maxBrokers = 100;
const wildcards: ReadonlySet<string> = new Set(["0.0.0.0", "::", ""]);
/** By Kafka's number of the security protocol: 1 stands for encryption, 2 for a login. */
const protocolNames = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] as const;

function checkMethods(name: string, given: object | undefined, methods: readonly string[]): void {
  const isWell = (method: string): boolean =>
    typeof given === "object" && given !== null && typeof Reflect.get(given, method) === "function";
  if (given !== undefined && !methods.every(isWell))
    throw new RangeError(`${name} must be an object with ${methods.join(", ")}`);
}

function checkFeatures(levels: FeatureOptions): void {
  checkKeys("features", levels, chosenFeatures);
  const chosen = new Map<string, unknown>(Object.entries(levels));
  for (const { name, min, max } of features) {
    const level = chosen.get(name);
    if (level !== undefined && !(typeof level === "number" && Number.isInteger(level) && level >= min && level <= max))
      throw new RangeError(`${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(level)}`);
  }
}

function checkPort(name: string, port: number | undefined): void {
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new RangeError(`${name} must be a whole number from 0 (any free port) to 65535, not ${port}`);
}

function checkTexts(texts: Readonly<Record<string, unknown>>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (text !== undefined && typeof text !== "string")
      throw new RangeError(`${name} must be a text, not ${JSON.stringify(text)}`);
  }
}

function checkLists(lists: Readonly<Record<string, unknown>>): void {
  for (const [name, list] of Object.entries(lists)) {
    if (list !== undefined && !Array.isArray(list))
      throw new RangeError(`${name} must be a list, not ${JSON.stringify(list)}`);
  }
}

function checkConfigs(what: string, configs: object, known: readonly string[]): void {
  checkKeys(what, configs, known);
  for (const [key, value] of Object.entries(configs)) {
    if (!["string", "number", "boolean"].includes(typeof value))
      throw new RangeError(`${key} must be a text, a number or true or false, not ${JSON.stringify(value)}`);
  }
}

function checkNode(node: NodeOptions): NodeOptions {
  checkKeys("a broker", node, optionNames.node);
  checkPort("port", node.port);
  checkTexts({ rack: node.rack });
  const { nodeId } = node;
  if (!Number.isInteger(nodeId) || nodeId < 0 || nodeId > 2_147_483_647)
    throw new RangeError(`nodeId must be a whole number from 0 to 2147483647, not ${nodeId}`);
  return node;
}

function checkListener(listener: ListenerOptions): void {
  checkKeys("a listener", listener, optionNames.listener);
  checkPort("a listener's port", listener.port);
  checkTexts({ name: listener.name, host: listener.host, advertisedHost: listener.advertisedHost });
  checkTls(listener.tls);
  if (listener.sasl !== undefined) checkSasl(listener.sasl);
}

function checkSasl(sasl: SaslOptions): void {
  checkKeys("sasl", sasl, optionNames.sasl);
  const { users = [], mechanisms = saslMechanisms, sessionLifetimeMs = 0 } = sasl;
  checkLists({ users, mechanisms });
  if (users.length === 0 && mechanisms.some((offered) => typeof offered === "string"))
    throw new RangeError('sasl needs users, such as [{ username: "alice", password: "secret" }]');
  for (const user of users) {
    checkKeys("a user", user, optionNames.user);
    if (typeof user.username !== "string" || user.username === "") throw new RangeError("a user needs a username");
    if (typeof user.password !== "string" || user.password === "")
      throw new RangeError(`the user ${user.username} needs a password`);
    checkMechanisms(user.mechanisms ?? saslMechanisms);
  }
  checkPasswords(users);
  checkMechanisms(mechanisms.map((offered) => (isOwnMechanism(offered) ? saslMechanisms[0] : offered)));
  if (!(sessionLifetimeMs >= 0))
    throw new RangeError(`sessionLifetimeMs must be 0 (for ever) or more milliseconds, not ${sessionLifetimeMs}`);
}

/** The same name may be given for several mechanisms, but once for each. */
function checkPasswords(users: readonly SaslUser[]): void {
  const seen = new Set<string>();
  for (const { username, mechanisms = saslMechanisms } of users) {
    for (const mechanism of mechanisms) {
      const login = `${mechanism} ${username}`;
      if (seen.has(login)) throw new RangeError(`the user ${username} has two passwords for ${mechanism}: one will do`);
      seen.add(login);
    }
  }
}

/** A mechanism of one's own: whatever has a name and begins logins. */
function isOwnMechanism(offered: unknown): offered is SaslMechanism {
  return (
    typeof offered === "object" &&
    offered !== null &&
    typeof Reflect.get(offered, "name") === "string" &&
    typeof Reflect.get(offered, "begin") === "function"
  );
}

function checkMechanisms(mechanisms: readonly unknown[]): void {
  const known: readonly string[] = saslMechanisms;
  checkLists({ mechanisms });
  if (mechanisms.length === 0) throw new RangeError(`mechanisms is empty: name some of ${known.join(", ")}`);
  for (const name of mechanisms) {
    if (typeof name !== "string" || !known.includes(name))
      throw new RangeError(`unknown SASL mechanism ${JSON.stringify(name)}: ${advice(name, known)}`);
  }
}

/** Checks how a topic is wanted. Throws a RangeError with a sentence that says what to write instead. */
export function checkTopic(given: string | TopicOptions): void {
  if (typeof given !== "string") {
    checkKeys("a topic", given, optionNames.topic);
    checkConfigs(`the configs of ${given.topic}`, given.configs ?? {}, Object.keys(topicConfigs));
  }
  const topic = typeof given === "string" ? given : given.topic;
  const problem =
    typeof topic === "string" ? topicNameProblem(topic) : "a topic needs a name: { topic, partitions?, configs? }";
  if (problem !== undefined) throw new RangeError(problem);
  const partitions = typeof given === "string" ? undefined : given.partitions;
  if (partitions !== undefined && (!Number.isInteger(partitions) || partitions < 1))
    throw new RangeError(`the topic ${topic} needs a whole number of partitions from 1 on, not ${partitions}`);
}

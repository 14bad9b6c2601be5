/** An address of the cluster, as somebody sees it who wants to connect. */
export interface Door {
  /** The listener's name. */
  readonly listener: string;
  /** `host:port` of each broker. */
  readonly servers: readonly string[];
  readonly encryption: DoorEncryption | undefined;
  readonly login: DoorLogin | undefined;
}

/** What a client needs to trust the broker, and to be taken by it. */
export interface DoorEncryption {
  /** The file of the authority that signed the broker's certificate; undefined: one that clients trust anyway. */
  readonly caFile: string | undefined;
  /** The file of a certificate for the client, with its key in it; undefined: none is needed, or it has its own. */
  readonly clientFile: string | undefined;
}

/** How to log in. The password is not told. */
export interface DoorLogin {
  readonly mechanism: string;
  /** The one for kcat: its SCRAM is refused by brokers where its librdkafka is older than 2.6.1 (CVE-2024-56128), as in many distributions. */
  readonly kcatMechanism: string;
  readonly username: string;
}

/** What stands for a password in everything that is printed. */
export const passwordPlaceholder = "PASSWORD";

/** How to connect to one address, for three kinds of clients. */
export interface ConnectingLines {
  /** JavaScript with the package `moldau`. */
  readonly moldau: string;
  /** A command that lists brokers and topics. */
  readonly kcat: string;
  /** A command of Apache Kafka's own. */
  readonly java: string;
  /** What stands in its `client.properties`; empty when it needs none. */
  readonly javaProperties: readonly string[];
}

/** Says how to connect. */
export function connectingLines(door: Door): ConnectingLines {
  const properties = javaProperties(door);
  const withProperties = properties.length === 0 ? "" : " --command-config client.properties";
  return {
    moldau: moldauLine(door),
    kcat: `kcat -b ${door.servers.join(",")}${kcatOptions(door).map(shellOption).join("")} -L`,
    java: `kafka-topics.sh --bootstrap-server ${door.servers.join(",")}${withProperties} --list`,
    javaProperties: properties,
  };
}

function moldauLine({ servers, encryption, login }: Door): string {
  const text = (value: string): string => JSON.stringify(value);
  const files =
    encryption === undefined
      ? []
      : Object.entries({ ca: encryption.caFile, cert: encryption.clientFile, key: encryption.clientFile }).flatMap(
          ([name, path]) => (path === undefined ? [] : [`${name}: readFileSync(${text(path)})`]),
        );
  const options = [
    `brokers: [${servers.map(text).join(", ")}]`,
    ...(encryption === undefined ? [] : [`tls: ${files.length === 0 ? "true" : `{ ${files.join(", ")} }`}`]),
    ...(login === undefined
      ? []
      : [
          `sasl: { mechanism: ${text(login.mechanism.toLowerCase())}, username: ${text(login.username)}, password: ${text(passwordPlaceholder)} }`,
        ]),
  ];
  return `new Kafka({ ${options.join(", ")} })`;
}

/** `security.protocol` of Kafka's clients. */
function securityProtocol({ encryption, login }: Door): string {
  return `${login === undefined ? "" : "SASL_"}${encryption !== undefined ? "SSL" : "PLAINTEXT"}`;
}

/** librdkafka's options. */
function kcatOptions(door: Door): [string, string][] {
  const { encryption, login } = door;
  if (encryption === undefined && login === undefined) return [];
  return [
    ["security.protocol", securityProtocol(door)],
    ...present("ssl.ca.location", encryption?.caFile),
    ...present("ssl.certificate.location", encryption?.clientFile),
    ...present("ssl.key.location", encryption?.clientFile),
    ...present("sasl.mechanism", login?.kcatMechanism),
    ...present("sasl.username", login?.username),
    ...present("sasl.password", login && passwordPlaceholder),
  ];
}

/** The Java client's properties. */
function javaProperties(door: Door): readonly string[] {
  const { encryption, login } = door;
  if (encryption === undefined && login === undefined) return [];
  const properties: [string, string][] = [
    ["security.protocol", securityProtocol(door)],
    ...present("ssl.truststore.type", encryption?.caFile && "PEM"),
    ...present("ssl.truststore.location", encryption?.caFile),
    ...present("ssl.keystore.type", encryption?.clientFile && "PEM"),
    ...present("ssl.keystore.location", encryption?.clientFile),
    ...present("sasl.mechanism", login?.mechanism),
    ...present("sasl.jaas.config", login && jaasConfig(login)),
  ];
  return properties.map(([name, value]) => `${name}=${value}`);
}

function jaasConfig({ mechanism, username }: DoorLogin): string {
  const module = mechanism === "PLAIN" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
  return `org.apache.kafka.common.security.${module} required username="${username}" password="${passwordPlaceholder}";`;
}

function present(name: string, value: string | undefined): [string, string][] {
  return value === undefined || value === "" ? [] : [[name, value]];
}

function shellOption([name, value]: readonly [string, string]): string {
  const setting = `${name}=${value}`;
  return ` -X ${/^[\w./:=-]+$/.test(setting) ? setting : `'${setting.replaceAll("'", String.raw`'\''`)}'`}`;
}

import { resolve } from "node:path";
import type { ClusterContents, ReferenceBroker } from "../broker.js";
import type { SaslOptions } from "../security/users.js";
import { saslMechanisms } from "../security/users.js";
import type { PreparedCommand } from "./broker-options.js";
import { connectingLines, type ConnectingLines, type Door } from "./connecting.js";
import type { ServeCommand } from "./parse-command.js";
import { bytesText, counted, type Report } from "./report.js";

/** What was started, what lay in the data directory, and how to connect. */
export function startReport(
  broker: ReferenceBroker,
  {
    command,
    prepared,
    found,
  }: { readonly command: ServeCommand; readonly prepared: PreparedCommand; readonly found: ClusterContents },
): Report {
  const doors = doorsOf(broker, command, prepared);
  const { dataDir } = command.options;
  const brokers = broker.brokers.map(({ nodeId, rack, listeners }) => ({ nodeId, rack, listeners }));
  const where = dataDir === undefined ? "data in memory" : `data in ${dataDir}`;
  const text = [
    `Ready on ${broker.bootstrapServers.join(",")} (${where}). Ctrl+C ends it.`,
    `  ${counted(brokers.length, "broker")}${nodesText(brokers)}, cluster ${broker.clusterId}.`,
    ...(dataDir === undefined ? [] : [`  ${foundText(found)}`]),
    ...doors.flatMap((door) => doorText(door, doors.length > 1)),
    ...trustText(prepared),
  ].join("\n");
  return {
    event: "ready",
    text,
    facts: {
      clusterId: broker.clusterId,
      brokers,
      dataDir: dataDir === undefined ? null : resolve(dataDir),
      found,
      caFile: prepared.development?.caFile ?? null,
      connect: Object.fromEntries(doors.map((door) => [door.listener, connectingLines(door)])),
    },
  };
}

function nodesText(brokers: readonly { readonly nodeId: number; readonly rack: string | null }[]): string {
  const named = brokers.map(({ nodeId, rack }) => (rack === null ? `${nodeId}` : `${nodeId} in ${rack}`));
  return ` (${brokers.length === 1 ? "node id" : "node ids"} ${named.join(", ")})`;
}

function foundText({ topics, groups, sizeInBytes }: ClusterContents): string {
  if (topics.length === 0 && groups.length === 0) return "The data directory held nothing yet.";
  const partitions = topics.reduce((sum, topic) => sum + topic.partitions, 0);
  const parts = [
    `${counted(topics.length, "topic")} with ${counted(partitions, "partition")}`,
    counted(groups.length, "group"),
    bytesText(sizeInBytes),
  ];
  return `The data directory held ${parts.join(", ")}.`;
}

/** The addresses of the cluster, in the order of the options. */
function doorsOf(broker: ReferenceBroker, command: ServeCommand, { development, sasl }: PreparedCommand): Door[] {
  const names = Object.keys(broker.brokers[0]?.listeners ?? {});
  return names.map((listener, index) => {
    const wanted = command.listeners[index];
    const isEncrypted = wanted === undefined ? command.tls !== undefined : wanted.isEncrypted;
    const wantsLogin = wanted === undefined ? sasl !== undefined : wanted.wantsLogin;
    return {
      listener,
      servers: broker.bootstrapServersOf(listener),
      encryption: isEncrypted ? { caFile: development?.caFile, clientFile: development?.clientFile } : undefined,
      login: wantsLogin && sasl !== undefined ? loginOf(sasl) : undefined,
    };
  });
}

/** The first user, with the strongest mechanism that is offered, or the one that every client speaks. */
function loginOf({ users = [], mechanisms = saslMechanisms }: SaslOptions): Door["login"] {
  const offered = saslMechanisms.filter((name) => mechanisms.includes(name));
  const [kcatMechanism, mechanism] = [offered.at(0), offered.at(-1)];
  const [user] = users;
  if (mechanism === undefined || kcatMechanism === undefined || user === undefined) return undefined;
  return { mechanism, kcatMechanism, username: user.username };
}

function doorText(door: Door, isOneOfSeveral: boolean): string[] {
  const lines: ConnectingLines = connectingLines(door);
  const { java, javaProperties } = lines;
  return [
    ...(isOneOfSeveral ? [`  ${door.listener} on ${door.servers.join(",")}:`] : []),
    `  Moldau  ${lines.moldau}`,
    `  kcat    ${lines.kcat}`,
    `  Java    ${java}${javaProperties.length === 0 ? "" : ", with these lines in client.properties:"}`,
    ...javaProperties.map((line) => `          ${line}`),
  ];
}

function trustText({ development }: PreparedCommand): string[] {
  if (development === undefined) return [];
  return [`  The certificate is made for development. Clients trust it by ${development.caFile}`];
}

import { KafkaError } from "@moldau/protocol-codec";
import {
  Cluster,
  Connection,
  ConnectionReports,
  Negotiation,
  systemClock,
  type ClusterOptions,
  type ConnectionOptions,
} from "@moldau/connection-pool";
import { systemConnector } from "@moldau/platform";
import { expect } from "vitest";
import type { ScriptedBroker } from "./scripted-broker.js";

const connections: Connection[] = [];
const clusters: Cluster[] = [];

/** Options of a connection to a scripted broker, with short timeouts. */
export function connectionOptions(broker: ScriptedBroker, changes: Partial<ConnectionOptions> = {}): ConnectionOptions {
  return {
    node: 7,
    address: { host: "127.0.0.1", port: broker.port },
    origin: { clientId: "test", clientInstance: 1, owner: "test", purpose: "general" },
    reports: new ConnectionReports(),
    isShared: false,
    tls: undefined,
    sasl: undefined,
    connectionTimeoutMs: 2000,
    requestTimeoutMs: 2000,
    maxFrameBytes: 1024 * 1024,
    negotiation: new Negotiation(),
    connector: systemConnector,
    clock: systemClock,
    random: Math.random,
    ...changes,
  };
}

/** Opens a connection that {@link closeAll} closes. */
export async function openConnection(
  broker: ScriptedBroker,
  changes: Partial<ConnectionOptions> = {},
): Promise<Connection> {
  const connection = await Connection.open(connectionOptions(broker, changes));
  connections.push(connection);
  return connection;
}

/** Makes a cluster with short waits that {@link closeAll} closes. */
export function newCluster(
  brokers: readonly (ScriptedBroker | string)[],
  changes: Partial<ClusterOptions> = {},
): Cluster {
  const cluster = new Cluster({
    brokers: brokers.map((broker) => (typeof broker === "string" ? broker : broker.address)),
    retry: { initialDelayMs: 5, maxDelayMs: 40 },
    connectionTimeoutMs: 1000,
    requestTimeoutMs: 1500,
    ...changes,
  });
  clusters.push(cluster);
  return cluster;
}

/** Closes what a test opened. */
export async function closeAll(): Promise<void> {
  for (const connection of connections.splice(0)) connection.destroy();
  await Promise.all(clusters.splice(0).map((cluster) => cluster.close()));
}

/** The error that something fails with. */
export async function failureOf(work: Promise<unknown>): Promise<KafkaError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KafkaError);
  return error as KafkaError;
}

/** Resolves when `condition` holds, asking in every turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 5000) throw new Error("it never came true");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

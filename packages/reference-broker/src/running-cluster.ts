import { backgroundClock, systemAcceptor, systemClock, type Timer } from "@moldau/platform";
import PQueue from "p-queue";
import {
  checkPortsOf,
  resolveListeners,
  resolveNodes,
  type ResolvedListener,
  type ResolvedNode,
} from "./check-options.js";
import { BrokerConfig } from "./cluster/broker-config.js";
import type { ClusterEffects } from "./cluster/effects.js";
import { openController, openDirectories } from "./cluster/open-cluster.js";
import { fenceBroker, registerAllBrokers, registerBroker } from "./cluster/registration.js";
import type { LogDirectory } from "./data-dir/log-directory.js";
import { bringFoldersHome } from "./data-dir/transfer.js";
import { BrokerEvents } from "./events.js";
import { FaultRules } from "./faults/rules.js";
import { NodePlace } from "./node-place.js";
import type { BrokerOptions } from "./options.js";
import { PartitionCustody } from "./partitions/custody.js";
import { randomSource } from "./random.js";
import { listenerOf, type RunningNode, type SharedParts } from "./running-node.js";
import { saslSettings } from "./security/users.js";
import { DiskStorage } from "./storage/disk.js";
import { MemoryStorage } from "./storage/memory.js";
import { MarkerHolds } from "./transactions/held-markers.js";

/** How often checkpoints are written and old segments looked for, in milliseconds. */
const housekeepingMs = 60_000;

/**
 * The brokers of one cluster in this process, with the controller that they share.
 *
 * The controller is a role of the process, not of one broker: it goes on writing the metadata log, which lies in the first broker's
 * directory, whichever brokers are stopped. Clients are shown a broker that runs as the controller.
 */
export class RunningCluster {
  readonly shared: SharedParts;
  /** In the order of the options. */
  readonly places: readonly NodePlace[];
  /** Brokers are started and stopped one at a time. */
  readonly #lives = new PQueue({ concurrency: 1 });
  #housekeeping: Timer | undefined;
  #closing: Promise<void> | undefined;

  private constructor(shared: SharedParts, places: readonly NodePlace[]) {
    this.shared = shared;
    this.places = places;
  }

  /** Starts the brokers; they answer when it resolves. Options have been checked. What was opened is closed when it fails. */
  static async start(options: BrokerOptions): Promise<RunningCluster> {
    const nodes = resolveNodes(options);
    const listeners = resolveListeners(options);
    checkPortsOf(nodes, listeners);
    const places: NodePlace[] = [];
    const runningNode = (nodeId: number): RunningNode | undefined =>
      places.find((place) => place.nodeId === nodeId && place.isRunning)?.node;
    const { shared, directories } = await openShared(options, nodes, runningNode);
    places.push(...(await placesOf(nodes, { listeners, directories, shared })));
    const cluster = new RunningCluster(shared, places);
    try {
      await cluster.#begin(directories);
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** The brokers that run. */
  get nodes(): readonly RunningNode[] {
    return this.places.flatMap(({ node }) => node ?? []);
  }

  /**
   * Stops one broker: its connections are cut and its port refuses new ones, its logs are closed, and others lead what they have in sync.
   * Throws a RangeError when there is no such broker. Without effect on one that is stopped.
   */
  async stopNode(nodeId: number): Promise<void> {
    const place = this.#placeOf(nodeId);
    await this.#lives.add(async () => {
      if (this.#closing !== undefined || !place.isRunning) return;
      await place.stop();
      await this.shared.controller.change((cluster) => fenceBroker(cluster, nodeId));
      this.shared.events.brokerStopped(nodeId);
    });
  }

  /**
   * Starts a stopped broker again, at its old addresses and with its records. Throws a RangeError when there is no such broker, and
   * rejects with the system's error when its port is taken meanwhile. Without effect on one that runs.
   */
  async startNode(nodeId: number): Promise<void> {
    const place = this.#placeOf(nodeId);
    await this.#lives.add(async () => {
      if (this.#closing !== undefined) throw new Error(`the cluster is closed: the broker ${nodeId} cannot be started`);
      if (place.isRunning) return;
      const { controller, randomBytes, events } = this.shared;
      const registration = await place.prepare();
      try {
        const options = { brokers: [registration], epoch: controller.offset, randomBytes };
        await controller.change((cluster) => registerBroker(cluster, options));
        await place.open();
      } catch (error) {
        await place.stop();
        throw error;
      }
      events.brokerStarted(nodeId);
    });
  }

  /** Stops everything and leaves the directories as the next start wants them. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#lives.add(() => this.#close());
    return this.#closing;
  }

  async #begin(directories: ReadonlyMap<number, LogDirectory>): Promise<void> {
    const { controller, storage, randomBytes, features } = this.shared;
    const topics = Array.from(controller.state.topics(), ({ name }) => name);
    await bringFoldersHome(storage, { directories: pathsOf(directories), cluster: controller.state, topics });
    controller.onChange((effects, offset) => this.#carryOut(effects, offset));
    const brokers = [];
    for (const place of this.places) brokers.push(await place.prepare());
    const options = { brokers, epoch: controller.offset, randomBytes, features };
    await controller.change((cluster) => registerAllBrokers(cluster, options));
    await Promise.all(this.places.map((place) => place.open()));
    this.#scheduleHousekeeping();
  }

  /** Has the brokers do what was written, each as its own image of the cluster says. Never rejects. */
  async #carryOut({ created, removed, moved }: ClusterEffects, offset: bigint): Promise<void> {
    const { controller, events } = this.shared;
    await Promise.all(this.nodes.map((node) => node.follow(offset)));
    const { state } = controller;
    for (const topic of created) events.topicCreated(topic, state.topic(topic)?.partitions.length ?? 0);
    for (const topic of removed) events.topicDeleted(topic);
    for (const { topic, partition } of moved) {
      const now = state.partition(topic, partition);
      if (now !== undefined) events.leaderChanged(topic, now);
    }
  }

  #placeOf(nodeId: number): NodePlace {
    const place = this.places.find((each) => each.nodeId === nodeId);
    if (place !== undefined) return place;
    const known = this.places.map((each) => each.nodeId).join(", ");
    throw new RangeError(`there is no broker with node id ${nodeId}: write one of ${known}`);
  }

  #scheduleHousekeeping(): void {
    this.#housekeeping = this.shared.clock.timer(housekeepingMs, () => {
      void this.#keepHouse().then(() => {
        if (this.#closing === undefined) this.#scheduleHousekeeping();
      });
    });
  }

  async #keepHouse(): Promise<void> {
    try {
      for (const { partitions } of this.nodes) {
        await partitions.tidy();
        await partitions.checkpoint();
      }
    } catch (error) {
      this.shared.events.error(error);
    }
  }

  async #close(): Promise<void> {
    this.#housekeeping?.cancel();
    const { controller } = this.shared;
    const left = await Promise.allSettled(this.places.map((place) => place.stop()));
    const closed = await Promise.allSettled([controller.close()]);
    const isMetadataWell = closed.every(({ status }) => status === "fulfilled") && controller.failure === undefined;
    const released = await Promise.allSettled(
      this.places.map(({ directory, wasLeftWell }) => directory.close(isMetadataWell && wasLeftWell)),
    );
    const failures = [...left, ...closed, ...released].flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason] : [],
    );
    if (failures.length > 0)
      throw failures.length === 1 ? failures[0] : new AggregateError(failures, "the cluster could not be closed well");
  }
}

/** The places of the brokers, with the addresses that each is to listen on. */
async function placesOf(
  nodes: readonly ResolvedNode[],
  {
    listeners,
    directories,
    shared,
  }: {
    readonly listeners: readonly ResolvedListener[];
    readonly directories: ReadonlyMap<number, LogDirectory>;
    readonly shared: SharedParts;
  },
): Promise<readonly NodePlace[]> {
  const withLogins = await Promise.all(
    listeners.map(async (listener) => {
      const { sasl } = listener;
      const authentication =
        sasl === undefined
          ? ({ kind: "notRequired" } as const)
          : ({ kind: "waiting", settings: await saslSettings(sasl, shared) } as const);
      return { listener, authentication };
    }),
  );
  return nodes.flatMap((node) => {
    const directory = directories.get(node.nodeId);
    if (directory === undefined) return [];
    const own = withLogins.map(({ listener, authentication }) => ({
      ...listenerOf(listener, node, authentication),
      securityProtocol: listener.securityProtocol,
    }));
    return [new NodePlace({ node, directory, shared, listeners: own })];
  });
}

function pathsOf(directories: ReadonlyMap<number, LogDirectory>): ReadonlyMap<number, string> {
  return new Map([...directories].map(([nodeId, { path }]) => [nodeId, path]));
}

async function openShared(
  options: BrokerOptions,
  nodes: readonly ResolvedNode[],
  runningNode: SharedParts["runningNode"],
): Promise<{ readonly shared: SharedParts; readonly directories: ReadonlyMap<number, LogDirectory> }> {
  const { acceptor = systemAcceptor, dataDir, configs = {}, features = {}, seed } = options;
  // What keeps the process alive are the sockets that it listens on.
  const clock = backgroundClock(options.clock ?? systemClock);
  const config = new BrokerConfig(configs);
  const source = randomSource(seed);
  const storage = dataDir === undefined ? new MemoryStorage() : new DiskStorage();
  const directories = await openDirectories({ options, nodes, storage, source });
  const [first] = directories.values();
  const [controllerNode] = nodes;
  if (first === undefined || controllerNode === undefined) throw new Error("a cluster needs a broker");
  try {
    const controller = await openController(first, { storage, clock });
    const events = new BrokerEvents();
    const topicById = controller.state.topicById.bind(controller.state);
    const faults = new FaultRules({ random: source.random, topicById, onError: (error) => events.error(error) });
    let sessions = 0;
    const shared = {
      ...source,
      acceptor,
      controller,
      controllerId: controllerNode.nodeId,
      features: new Map(Object.entries(features)),
      storage,
      config,
      clock,
      events,
      faults,
      markerHolds: new MarkerHolds(),
      runningNode,
      custody: new PartitionCustody(storage, pathsOf(directories)),
      nextSessionId: () => ++sessions,
    };
    return { shared, directories };
  } catch (error) {
    await Promise.all([...directories.values()].map((directory) => directory.close(false)));
    throw error;
  }
}

import { resolveListeners, resolveNodes, type ResolvedListener, type ResolvedNode } from "./check-options.js";
import { backgroundClock, systemAcceptor, systemClock, type Timer } from "@moldau/platform";
import { BrokerConfig } from "./cluster/broker-config.js";
import type { ClusterEffects } from "./cluster/effects.js";
import { registerBrokers, type Registration } from "./cluster/registration.js";
import type { LogDirectory } from "./data-dir/log-directory.js";
import { bringFoldersHome } from "./data-dir/transfer.js";
import { BrokerEvents } from "./events.js";
import { FaultRules } from "./faults/rules.js";
import type { PartitionLog } from "./log/log.js";
import { openController, openDirectories } from "./cluster/open-cluster.js";
import type { BrokerOptions } from "./options.js";
import { randomSource } from "./random.js";
import { listenerOf, RunningNode, type SharedParts } from "./running-node.js";
import { saslSettings } from "./security/users.js";
import { DiskStorage } from "./storage/disk.js";
import { MemoryStorage } from "./storage/memory.js";

/** How often checkpoints are written and old segments looked for, in milliseconds. */
const housekeepingMs = 60_000;

/** The brokers of one cluster in this process, with the controller that they share. */
export class RunningCluster {
  readonly shared: SharedParts;
  readonly nodes: readonly RunningNode[];
  readonly #directories: ReadonlyMap<number, LogDirectory>;
  #housekeeping: Timer | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    shared: SharedParts,
    nodes: readonly RunningNode[],
    directories: ReadonlyMap<number, LogDirectory>,
  ) {
    this.shared = shared;
    this.nodes = nodes;
    this.#directories = directories;
  }

  /** Starts the brokers; they answer when it resolves. Options have been checked. What was opened is closed when it fails. */
  static async start(options: BrokerOptions): Promise<RunningCluster> {
    const nodes = resolveNodes(options);
    const listeners = resolveListeners(options);
    const { shared, directories } = await openShared(options, nodes);
    const running = nodes.flatMap((node) => {
      const directory = directories.get(node.nodeId);
      return directory === undefined ? [] : [new RunningNode(node, directory, shared)];
    });
    const cluster = new RunningCluster(shared, running, directories);
    try {
      await cluster.#begin(nodes, listeners);
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** Stops everything and leaves the directories as the next start wants them. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #begin(nodes: readonly ResolvedNode[], listeners: readonly ResolvedListener[]): Promise<void> {
    const { controller, storage, randomBytes } = this.shared;
    const brokers = await this.#bind(nodes, listeners);
    await controller.change((cluster) => registerBrokers(cluster, { brokers, epoch: controller.offset, randomBytes }));
    const topics = Array.from(controller.state.topics(), ({ name }) => name);
    await bringFoldersHome(storage, { directories: this.#paths(), cluster: controller.state, topics });
    await Promise.all(this.nodes.map((node) => node.logs.openAll()));
    controller.onChange((effects) => this.#carryOut(effects));
    for (const node of this.nodes) node.serve();
    this.#scheduleHousekeeping();
  }

  async #bind(
    nodes: readonly ResolvedNode[],
    listeners: readonly ResolvedListener[],
  ): Promise<readonly Registration[]> {
    const withLogins = await Promise.all(
      listeners.map(async (listener) => {
        const { sasl } = listener;
        const authentication =
          sasl === undefined
            ? ({ kind: "notRequired" } as const)
            : ({ kind: "waiting", settings: await saslSettings(sasl, this.shared) } as const);
        return { listener, authentication };
      }),
    );
    const registrations: Registration[] = [];
    for (const [index, node] of this.nodes.entries()) {
      const resolved = nodes[index];
      if (resolved === undefined) continue;
      const bound = await node.bind(
        withLogins.map(({ listener, authentication }) => listenerOf(listener, resolved, authentication)),
      );
      const endpoints = bound.map((endpoint, at) => ({
        ...endpoint,
        securityProtocol: listeners[at]?.securityProtocol ?? 0,
      }));
      registrations.push({ nodeId: node.nodeId, rack: node.rack, endpoints, directoryId: node.directory.directoryId });
    }
    return registrations;
  }

  /** Has the brokers do what was written: first what is lost is let go everywhere, then what is new is opened. Never rejects. */
  async #carryOut({ created, removed, changed, reconfigured, moved }: ClusterEffects): Promise<void> {
    const { controller, events, storage } = this.shared;
    const { state } = controller;
    try {
      for (const node of this.nodes) {
        for (const topic of removed) await node.logs.delete(topic);
        for (const topic of reconfigured) node.logs.reconfigure(topic);
      }
      if (removed.size > 0) await Promise.all(this.nodes.map((node) => node.groups.onTopicsDeleted([...removed])));
      const topics = [...changed].map((name) => state.topic(name)).filter((topic) => topic !== undefined);
      const released =
        moved.length === 0
          ? []
          : await Promise.all(this.nodes.flatMap((node) => topics.map((topic) => node.logs.release(topic))));
      if (moved.length > 0)
        await bringFoldersHome(storage, { directories: this.#paths(), cluster: state, topics: changed });
      await Promise.all(this.nodes.map((node) => node.logs.acquire(topics, knowledgeOf(released.flat()))));
    } catch (error) {
      events.error(error);
    }
    for (const topic of created) events.topicCreated(topic, state.topic(topic)?.partitions.length ?? 0);
    for (const topic of removed) events.topicDeleted(topic);
    for (const { topic, partition } of moved) {
      const now = state.partition(topic, partition);
      if (now !== undefined) events.leaderChanged(topic, now);
    }
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
      for (const node of this.nodes) {
        await node.logs.tidy();
        await node.logs.checkpoint();
      }
    } catch (error) {
      this.shared.events.error(error);
    }
  }

  async #close(): Promise<void> {
    this.#housekeeping?.cancel();
    const { controller } = this.shared;
    const left = await Promise.allSettled(this.nodes.map((node) => node.close()));
    const closed = await Promise.allSettled([controller.close()]);
    const isMetadataWell = closed.every(({ status }) => status === "fulfilled") && controller.failure === undefined;
    const directories = this.nodes.map(({ directory }, index) => {
      const outcome = left[index];
      const isClean = isMetadataWell && outcome?.status === "fulfilled" && outcome.value;
      return directory.close(isClean);
    });
    const released = await Promise.allSettled(directories);
    const failures = [...left, ...closed, ...released].flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason] : [],
    );
    if (failures.length > 0)
      throw failures.length === 1 ? failures[0] : new AggregateError(failures, "the cluster could not be closed well");
  }

  #paths(): ReadonlyMap<number, string> {
    return new Map([...this.#directories].map(([nodeId, { path }]) => [nodeId, path]));
  }
}

async function openShared(
  options: BrokerOptions,
  nodes: readonly ResolvedNode[],
): Promise<{ readonly shared: SharedParts; readonly directories: ReadonlyMap<number, LogDirectory> }> {
  const { acceptor = systemAcceptor, dataDir, configs = {}, seed } = options;
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
      storage,
      config,
      clock,
      events,
      faults,
      nextSessionId: () => ++sessions,
    };
    return { shared, directories };
  } catch (error) {
    await Promise.all([...directories.values()].map((directory) => directory.close(false)));
    throw error;
  }
}

/** Where the logs begin that another broker has just let go: their checkpoint files do not say it yet. */
function knowledgeOf(
  released: readonly PartitionLog[],
): (topic: string, partition: number) => { readonly logStartOffset?: bigint } {
  return (topic, partition) => {
    const log = released.find((each) => each.topic === topic && each.partition === partition);
    return log === undefined ? {} : { logStartOffset: log.logStartOffset };
  };
}

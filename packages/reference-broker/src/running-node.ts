import { autoCreate } from "./cluster/auto-create.js";
import type { ResolvedListener, ResolvedNode } from "./check-options.js";
import type { Acceptor, Channel, ChannelEvents, Clock } from "@moldau/platform";
import type { BrokerConfig } from "./cluster/broker-config.js";
import type { Controller } from "./cluster/controller.js";
import type { ClusterEffects } from "./cluster/effects.js";
import type { FeatureLevels } from "./cluster/features.js";
import { groupsTopic, transactionsTopic } from "./cluster/internal-topics.js";
import { MetadataImage } from "./cluster/metadata-image.js";
import { shownController } from "./cluster/registration.js";
import type { ClusterState, Endpoint } from "./cluster/state.js";
import type { LogDirectory } from "./data-dir/log-directory.js";
import { Dispatcher } from "./network/dispatch.js";
import type { BrokerEvents, ConnectionEvent } from "./events.js";
import type { FaultRules } from "./faults/rules.js";
import { FetchSessionCache } from "./fetch/session-cache.js";
import { GroupCoordinator } from "./groups/coordinator.js";
import { GroupConfigs } from "./groups/group-configs.js";
import { handlers } from "./handlers/all.js";
import { Listener, type ListenerSettings } from "./network/listener.js";
import { PeerConnections } from "./network/peer-connections.js";
import { Session } from "./network/session.js";
import type { BrokerNode, ServedApi } from "./cluster/node.js";
import type { PartitionCustody } from "./partitions/custody.js";
import type { PartitionCoordinator } from "./partitions/held-partition.js";
import { LocalPartitions } from "./partitions/local-partitions.js";
import type { Peers } from "./partitions/peers.js";
import { ProducerIds } from "./cluster/producer-ids.js";
import type { RandomSource } from "./random.js";
import { TransactionCoordinator } from "./transactions/coordinator.js";
import { transactionVersionAt } from "./transactions/state.js";
import { openAccess } from "./security/access.js";
import type { Authentication } from "./security/authentication.js";
import type { Storage } from "./storage/storage.js";
import { CoordinatorAdmission, type TransactionAdmission } from "./transactions/admission.js";
import type { MarkerHolds } from "./transactions/held-markers.js";
import { PeerMarkerSender } from "./transactions/marker-sender.js";

/** What the brokers of one cluster share. */
export interface SharedParts extends RandomSource {
  readonly acceptor: Acceptor;
  readonly controller: Controller;
  /** Node id of the broker that is shown as the controller while it runs. */
  readonly controllerId: number;
  /** The levels of features that were chosen for this start. */
  readonly features: FeatureLevels;
  readonly storage: Storage;
  readonly custody: PartitionCustody;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly events: BrokerEvents;
  readonly faults: FaultRules;
  readonly markerHolds: MarkerHolds;
  readonly nextSessionId: () => number;
  /** The broker of a node id; undefined while none runs. */
  readonly runningNode: (nodeId: number) => RunningNode | undefined;
}

/** One run of a broker of the cluster, from its start to its stop: its listeners, image of the metadata, partitions and coordinators. */
export class RunningNode implements BrokerNode {
  readonly nodeId: number;
  readonly rack: string | null;
  readonly directory: LogDirectory;
  readonly config: BrokerConfig;
  readonly controller: Controller;
  readonly partitions: LocalPartitions;
  readonly peers: Peers;
  readonly admission: TransactionAdmission;
  /** Brings the outcomes of transactions that this broker coordinates to the partitions. */
  readonly markers: PeerMarkerSender;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly producerIds: ProducerIds;
  readonly fetchSessions: FetchSessionCache;
  readonly apis: readonly ServedApi[] = handlers;
  readonly clock: Clock;
  readonly events: BrokerEvents;
  readonly random: () => number;
  readonly randomBytes: () => Uint8Array;
  readonly #shared: SharedParts;
  readonly #image: MetadataImage;
  readonly #dispatcher: Dispatcher;
  /** Connections of the other brokers, each for one request. */
  readonly #peerSessions = new Set<Session>();
  #listeners: readonly Listener[] = [];
  #isServing = false;

  constructor({ nodeId, rack }: ResolvedNode, directory: LogDirectory, shared: SharedParts) {
    const { controller, config, clock, random, randomBytes, events } = shared;
    const onError = (error: unknown): void => events.error(error);
    this.#image = new MetadataImage({
      log: controller.log,
      clusterId: directory.clusterId,
      carryOut: (effects) => this.#carryOut(effects),
      onError,
    });
    const cluster = this.#image.state;
    this.nodeId = nodeId;
    this.rack = rack;
    this.directory = directory;
    this.config = config;
    this.controller = controller;
    this.clock = clock;
    this.events = events;
    this.random = random;
    this.randomBytes = randomBytes;
    const groupConfigs = new GroupConfigs(config, cluster);
    this.groups = new GroupCoordinator({ nodeId, config, groupConfigs, cluster, clock, random, events, onError });
    this.producerIds = new ProducerIds(controller, nodeId);
    const { peers, admission, markers } = wayToOthers(nodeId, shared, cluster);
    this.peers = peers;
    this.admission = admission;
    this.markers = markers;
    this.transactions = this.#coordinateTransactions(onError);
    const { storage, custody } = shared;
    const coordinators = new Map<string, PartitionCoordinator>([
      [groupsTopic, this.groups],
      [transactionsTopic, this.transactions],
    ]);
    this.partitions = new LocalPartitions({
      nodeId,
      storage,
      directory,
      config,
      cluster,
      custody,
      coordinators,
      clock,
      random,
      onError,
    });
    this.fetchSessions = new FetchSessionCache({
      slots: config.number("max.incremental.fetch.session.cache.slots"),
      clock,
      random,
    });
    this.#shared = shared;
    this.#dispatcher = new Dispatcher({
      broker: this,
      handlers,
      accessOf: openAccess,
      faults: shared.faults.station,
      events,
    });
  }

  get cluster(): ClusterState {
    return this.#image.state;
  }

  get controllerId(): number {
    return shownController(this.cluster, this.#shared.controllerId);
  }

  autoCreate(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return autoCreate(this.controller, names, this);
  }

  /** Takes the addresses and resolves to where clients reach them. Nobody is answered yet. */
  async bind(wanted: readonly NodeListener[]): Promise<readonly Endpoint[]> {
    const bound: Listener[] = [];
    this.#listeners = bound;
    const endpoints: Endpoint[] = [];
    for (const { settings, advertisedHost } of wanted) {
      const listener = new Listener(settings, this.#hooks());
      const port = await listener.bind();
      bound.push(listener);
      endpoints.push({ listener: settings.name, host: advertisedHost, port });
    }
    return endpoints;
  }

  /** Reads what the metadata log holds by now, and sets aside what lies in the directory and is not this broker's any more. */
  async prepare(): Promise<void> {
    await this.#image.load();
    await this.partitions.setStraysAside();
  }

  /** Follows the metadata log up to an offset; resolves when what that brings is carried out here. Never rejects. */
  follow(offset: bigint): Promise<void> {
    return this.#image.reach(offset);
  }

  /** Opens the logs of the partitions that it leads, and begins to answer. */
  async serve(): Promise<void> {
    await this.partitions.reconcile(Array.from(this.cluster.topics(), ({ name }) => name));
    this.#isServing = true;
    for (const listener of this.#listeners) listener.serve();
  }

  /** Lets another broker of the cluster in, for one request that is served as a client's; undefined while nobody is answered. */
  get door(): ((channel: Channel) => ChannelEvents) | undefined {
    return this.#isServing ? (channel) => this.#acceptPeer(channel) : undefined;
  }

  /** Cuts every connection, then closes coordinators and logs; resolves to whether the directory was left well. */
  async close(): Promise<boolean> {
    this.#isServing = false;
    for (const session of this.#peerSessions) session.close();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    await this.#image.close();
    await this.transactions.close();
    await this.groups.close();
    this.markers.close();
    return this.partitions.close();
  }

  #coordinateTransactions(onError: (error: unknown) => void): TransactionCoordinator {
    const { nodeId, config, clock, cluster, producerIds, events } = this;
    return new TransactionCoordinator({
      nodeId,
      config,
      cluster,
      clock,
      producerIds,
      markers: this.markers,
      transactionVersion: () => transactionVersionAt(cluster.featureLevel("transaction.version")),
      events,
      onError,
    });
  }

  async #carryOut({ created, changed, removed, reconfigured }: ClusterEffects): Promise<void> {
    const touched = new Set([...created, ...changed, ...removed]);
    this.groups.onTopicsChanged(touched, { version: this.#image.offset, anyNew: created.size > 0 });
    const brought = this.partitions.reconcile(new Set([...changed, ...removed]));
    for (const topic of reconfigured) this.partitions.reconfigure(topic);
    if (removed.size > 0) await this.groups.onTopicsDeleted([...removed]);
    await brought;
  }

  #acceptPeer(channel: Channel): ChannelEvents {
    const { nextSessionId, onClose, ...hooks } = this.#hooks();
    const session = new Session(channel, {
      ...hooks,
      id: nextSessionId(),
      listener: this.#listeners[0]?.name ?? "",
      authentication: { kind: "notRequired" },
      onClose: (closed, reason) => {
        this.#peerSessions.delete(closed);
        // Brokers come for each question anew: who watches clients come and go wants to hear of it only when something went wrong.
        if (reason !== undefined) onClose(closed, reason);
      },
    });
    this.#peerSessions.add(session);
    session.start();
    return session.events;
  }

  #hooks(): ConstructorParameters<typeof Listener>[1] {
    const { acceptor, config, clock, events, nextSessionId } = this.#shared;
    return {
      acceptor,
      clock,
      nextSessionId,
      maxFrameBytes: config.number("socket.request.max.bytes"),
      idleMs: config.number("connections.max.idle.ms"),
      answer: (payload, session) => this.#dispatcher.answer(payload, session),
      onOpen: (session) => events.connected(connectionOf(this.nodeId, session)),
      onClose: (session, reason) =>
        events.disconnected({
          ...connectionOf(this.nodeId, session),
          ...session.traffic,
          ...(reason === undefined ? {} : { reason }),
        }),
      onRefused: (listener, reason) =>
        events.disconnected({ ...nobody, broker: this.nodeId, connection: -1, listener, reason }),
    };
  }
}

/** What one broker asks of the others, and who asks it for transactions. */
function wayToOthers(nodeId: number, shared: SharedParts, cluster: ClusterState) {
  const { config, clock, random, events, markerHolds: holds } = shared;
  const peers = new PeerConnections({
    nodeId,
    clock,
    maxFrameBytes: config.number("socket.request.max.bytes"),
    door: (to) => shared.runningNode(to)?.door,
  });
  const timeoutMs = config.number("request.timeout.ms");
  const onError = (error: unknown): void => events.error(error);
  return {
    peers,
    admission: new CoordinatorAdmission({ cluster, peers, config, clock }),
    markers: new PeerMarkerSender({ cluster, peers, clock, random, timeoutMs, holds, onError }),
  };
}

/** What is told of a connection when it comes and when it goes. */
function connectionOf(broker: number, { id, listener, clientHost }: Session): ConnectionEvent {
  return { broker, connection: id, listener, remoteAddress: clientHost.slice(1) };
}

/** What is told of one that came to nothing. */
const nobody = { remoteAddress: "", requests: 0, bytesReceived: 0, bytesSent: 0 };

/** An address that one broker is to listen on. */
export interface NodeListener {
  readonly settings: ListenerSettings;
  readonly advertisedHost: string;
}

/** The address of one broker among several: each takes the next port, unless it has one of its own. */
export function listenerOf(
  listener: ResolvedListener,
  { index, port }: ResolvedNode,
  authentication: Authentication,
): NodeListener {
  const { name, host, tls, advertisedHost } = listener;
  const ownPort = port ?? (listener.port === 0 ? 0 : listener.port + index);
  return { settings: { name, host, port: ownPort, tls, authentication }, advertisedHost };
}

import { CoordinatorClient, type ClusterAccess, type Lease } from "@moldau/connection-pool";
import { clusterOptionsAsData, secretOf } from "@moldau/connection-pool/internal";
import type { KafkaError } from "@moldau/protocol-codec";
import { Closing } from "./closing.js";
import { pollIntervalExceeded } from "./errors.js";
import type { ConsumerName, Tell } from "./events.js";
import { Fetcher } from "./fetch/fetcher.js";
import { ByHandMembership } from "./membership/by-hand.js";
import { MembershipByUse } from "./membership/by-use.js";
import { makeMembership } from "./membership/make-membership.js";
import type { MemberIdentity, MembershipHost } from "./membership/membership.js";
import { PollWatch } from "./membership/poll-watch.js";
import { StandIn } from "./membership/stand-in/stand-in.js";
import { Commits } from "./offsets/commits.js";
import type { DataLoss } from "./offsets/data-loss.js";
import { LookUps } from "./offsets/look-ups.js";
import { Positioning } from "./offsets/positioning.js";
import { TransactionalOffsets } from "./offsets/transactional-offsets.js";
import type { ResolvedConsumerOptions } from "./options.js";
import type { AssignedPartition } from "./partitions/assigned-partition.js";
import { Assignment } from "./partitions/assignment.js";
import { Reader, type ReaderHost } from "./reading/reader.js";
import { Reconciler } from "./reconciler.js";
import { Subscription } from "./subscription/subscription.js";

/** What a consumer is made with. */
export interface ConsumerInit {
  readonly cluster: ClusterAccess;
  readonly options: ResolvedConsumerOptions;
  /** What tells the consumer from others. */
  readonly name: ConsumerName;
  readonly tell: Tell;
}

/** Whom the parts of a consumer tell what one of them means for the others. */
export interface PartsHost extends MembershipHost, ReaderHost {
  /** Fires when the consumer is closed. */
  readonly closing: AbortSignal;
  /** Where reading begins has been found out for some partitions. */
  positioned(): void;
  /** What was read, or is to be read next, is in the log no longer: reading goes on as the options say. False when only the application can say where. */
  lost(partition: AssignedPartition, loss: DataLoss): boolean;
  /** Other topics match the pattern than before. */
  resubscribed(): void;
  /** Reading of these partitions goes on elsewhere. */
  moved(partitions: readonly AssignedPartition[]): void;
  /** An answer told how far these partitions are behind. */
  settled(partitions: readonly AssignedPartition[]): void;
  /** The application asks for no more. */
  stuck(error: KafkaError): void;
}

/** What a consumer is made of. */
export interface ConsumerParts {
  readonly lease: Lease;
  readonly assignment: Assignment;
  readonly reader: Reader;
  readonly subscription: Subscription;
  readonly membership: MembershipByUse;
  readonly commits: Commits;
  readonly positioning: Positioning;
  readonly lookUps: LookUps;
  readonly fetcher: Fetcher;
  readonly pollWatch: PollWatch;
  readonly transactionalOffsets: TransactionalOffsets;
  readonly reconciler: Reconciler;
  readonly ending: Closing;
}

/** Makes the parts of a consumer, each with those that it works with; nothing is connected yet. */
export function makeParts(init: ConsumerInit, host: PartsHost): ConsumerParts {
  const { cluster, options } = init;
  const { codecs, maxDecompressedBytes, groupId } = options;
  const reader = new Reader(host);
  const standIn = makeStandIn(init, host, reader);
  const lease = cluster.lease({ name: `consumer of group "${groupId}"` });
  const coordinator = new CoordinatorClient({ cluster, lease, type: "group", key: groupId });
  const assignment = new Assignment({ codecs, maxDecompressedBytes });
  const retrying: MembershipHost["retrying"] = (notice) => host.retrying(notice);
  const failed = (error: KafkaError): void => host.interrupt(error);
  const subscription = makeSubscription(init, host);
  const membership = new MembershipByUse({
    inGroup: makeMembership({ cluster, coordinator, options, host, turns: standIn }),
    byHand: new ByHandMembership({ cluster, groupId, host }),
    isSubscribed: options.topics.length > 0 || options.topicPattern !== undefined,
  });
  const shared = { ...init, coordinator, assignment, reader, membership, retrying, failed };
  const commits = new Commits({
    ...shared,
    isActive: () => reader.isActive,
    moved: (partition) => host.moved([partition]),
  });
  const lost: PartsHost["lost"] = (partition, loss) => host.lost(partition, loss);
  const member = (): MemberIdentity | undefined => membership.identity;
  const positioning = new Positioning({ ...shared, ...options, member, ready: () => host.positioned(), lost });
  const fetcher = makeFetcher(init, host, { assignment, reader, positioning });
  const pollWatch = makePollWatch(init, host, { reader, membership });
  const parts = { ...shared, commits, positioning, fetcher, pollWatch, lease };
  const transactionalOffsets = new TransactionalOffsets({ ...parts, rewound: (moved) => host.moved(moved) });
  const reconciler = new Reconciler({ ...parts, closing: host.closing });
  const ending = new Closing({ ...parts, standIn });
  const lookUps = new LookUps({ ...shared, ...options, closed: ending.abandoned });
  return {
    lease,
    assignment,
    reader,
    subscription,
    membership,
    commits,
    positioning,
    lookUps,
    fetcher,
    pollWatch,
    transactionalOffsets,
    reconciler,
    ending,
  };
}

function makeSubscription({ cluster, options }: ConsumerInit, host: PartsHost): Subscription {
  return new Subscription({
    cluster,
    wanted: options.topicPattern ?? options.topics,
    isMatchedByBroker: options.protocol === "consumer",
    allowAutoTopicCreation: options.allowAutoTopicCreation,
    changed: () => host.resubscribed(),
    retrying: (notice) => host.retrying(notice),
  });
}

/** A thread of its own for heartbeats, where that is wanted. @throws {KafkaError} CLIENT_INVALID_ARGUMENT where it cannot reach the brokers. */
function makeStandIn({ cluster, options }: ConsumerInit, host: PartsHost, reader: Reader): StandIn | undefined {
  if (options.heartbeat === "main") return undefined;
  const { groupId, maxPollIntervalMs } = options;
  return new StandIn({
    groupId,
    maxPollIntervalMs,
    cluster: clusterOptionsAsData(cluster.options, 'heartbeat: "worker"'),
    clock: cluster.clock,
    secret: secretOf(cluster.options),
    asked: () => reader.asked,
    isWaiting: () => reader.isWaiting,
    retrying: (notice) => host.retrying(notice),
  });
}

function makeFetcher(
  { cluster, options }: ConsumerInit,
  host: PartsHost,
  { assignment, reader, positioning }: Pick<ConsumerParts, "assignment" | "reader" | "positioning">,
): Fetcher {
  const { fetchMaxWaitMs: maxWaitMs, fetchMaxBytes: maxBytes, partitionMaxBytes } = options;
  return new Fetcher({
    cluster,
    groupId: options.groupId,
    limits: { maxWaitMs, maxBytes, partitionMaxBytes },
    minBytes: options.fetchMinBytes,
    maxBufferedBytes: options.maxBufferedBytes,
    isolationLevel: options.isolationLevel,
    assigned: () => assignment,
    received: (partition) => reader.enqueue(partition),
    settled: (partitions) => host.settled(partitions),
    lost: (partition, loss) => host.lost(partition, loss),
    doubted: (partitions) => positioning.find(partitions),
    failed: (error) => host.interrupt(error),
    retrying: (notice) => host.retrying(notice),
  });
}

function makePollWatch(
  { options }: ConsumerInit,
  host: PartsHost,
  { reader, membership }: Pick<ConsumerParts, "reader" | "membership">,
): PollWatch {
  const { groupId, maxPollIntervalMs } = options;
  return new PollWatch({
    clock: host.clock,
    maxPollIntervalMs,
    asked: () => reader.asked,
    // Of what is assigned by hand nobody else waits to have it.
    isWaiting: () => reader.isWaiting || membership.isByHand,
    stuck: () => host.stuck(pollIntervalExceeded(groupId, maxPollIntervalMs)),
  });
}

import type { ReferenceBroker } from "../broker.js";
import type {
  BrokerEventMap,
  BrokerEventOf,
  DisconnectionEvent,
  GroupEvent,
  MemberLeftEvent,
  TransactionEvent,
} from "../events.js";
import { failureSentence } from "./failure-sentence.js";
import { bytesText, counted, type PrintReport } from "./report.js";

/** What an event is told as; undefined: it is passed over. */
type Sentences = {
  readonly [Name in keyof BrokerEventMap]?: (event: BrokerEventOf<Name>) => string | undefined;
};

/** A sentence for each event that `--verbose` tells of: what happens to connections, topics, brokers, groups and transactions, not every request. */
const sentences = {
  connected: ({ connection, remoteAddress, listener, broker }) =>
    `connection ${connection} from ${remoteAddress} to broker ${broker} (${listener})`,
  disconnected: disconnectionText,
  loggedIn: ({ connection, username, mechanism }) => `connection ${connection} is ${username}, by ${mechanism}`,
  loginRefused: ({ connection, mechanism, reason }) =>
    `connection ${connection} was refused its login by ${mechanism}: ${reason}`,
  topicCreated: ({ topic, partitions }) => `topic ${topic} was created, with ${counted(partitions, "partition")}`,
  topicDeleted: ({ topic }) => `topic ${topic} was deleted`,
  leaderChanged: ({ topic, partition, leader }) =>
    leader === -1 ? `${topic}-${partition} has no leader` : `${topic}-${partition} is led by broker ${leader}`,
  brokerStopped: ({ nodeId }) => `broker ${nodeId} was stopped`,
  brokerStarted: ({ nodeId }) => `broker ${nodeId} was started`,
  memberJoined: ({ groupId, memberId, clientHost }) => `group ${groupId}: ${memberId} joins from ${clientHost}`,
  memberLeft: (event) => `group ${event.groupId}: ${event.memberId} ${departures[event.reason]}`,
  groupChanged: groupText,
  offsetsCommitted: ({ groupId, topics }) =>
    `group ${groupId}: committed ${topics.map(({ topic, partitions }) => `${topic} ${partitions.map(({ partition, offset }) => `${partition}@${offset}`).join(" ")}`).join(", ")}`,
  transactionChanged: transactionText,
} as const satisfies Sentences;

/** Reports each event of the broker from now on. */
export function reportEvents(broker: ReferenceBroker, report: PrintReport): void {
  const listen = <Name extends keyof typeof sentences>(
    name: Name,
    sentence: (event: BrokerEventOf<Name>) => string | undefined,
  ): void => {
    broker.on(name, (event) => {
      const text = sentence(event);
      if (text !== undefined) report({ event: name, text, facts: { ...event } });
    });
  };
  listen("connected", sentences.connected);
  listen("disconnected", sentences.disconnected);
  listen("loggedIn", sentences.loggedIn);
  listen("loginRefused", sentences.loginRefused);
  listen("topicCreated", sentences.topicCreated);
  listen("topicDeleted", sentences.topicDeleted);
  listen("leaderChanged", sentences.leaderChanged);
  listen("brokerStopped", sentences.brokerStopped);
  listen("brokerStarted", sentences.brokerStarted);
  listen("memberJoined", sentences.memberJoined);
  listen("memberLeft", sentences.memberLeft);
  listen("groupChanged", sentences.groupChanged);
  listen("offsetsCommitted", sentences.offsetsCommitted);
  listen("transactionChanged", sentences.transactionChanged);
}

const departures: Readonly<Record<MemberLeftEvent["reason"], string>> = {
  left: "leaves",
  sessionExpired: "was silent for its session timeout, and is out",
  missedRebalance: "did not come back in time for the rebalance, and is out",
  replaced: "was replaced by one of the same instance id",
};

function disconnectionText({
  connection,
  listener,
  requests,
  bytesReceived,
  bytesSent,
  reason,
}: DisconnectionEvent): string {
  const why = reason === undefined ? "" : `: ${failureSentence(reason)}`;
  if (connection === -1) return `a connection to ${listener} came to nothing${why}`;
  return `connection ${connection} ended after ${counted(requests, "request")}, ${bytesText(bytesReceived)} in, ${bytesText(bytesSent)} out${why}`;
}

function groupText({ groupId, state, generation, members, protocol }: GroupEvent): string | undefined {
  switch (state) {
    case "PreparingRebalance":
      return `group ${groupId} rebalances`;
    case "Reconciling":
      return `group ${groupId} rebalances: generation ${generation}, ${counted(members.length, "member")} (${protocol ?? "no assignor"})`;
    case "CompletingRebalance":
    case "Assigning":
      return undefined; // A moment later it is stable, or rebalances again.
    case "Stable":
      return `group ${groupId} is stable: generation ${generation}, ${counted(members.length, "member")} (${protocol ?? "no assignor"})`;
    case "Empty":
      return `group ${groupId} is empty`;
    case "Dead":
      return `group ${groupId} was deleted`;
  }
}

function transactionText({ transactionalId, producerId, producerEpoch, ...event }: TransactionEvent): string {
  const name = `transaction ${transactionalId}`;
  const where = `in ${counted(event.partitions.length, "partition")}`;
  switch (event.state) {
    case "Empty":
      return `${name}: taken by producer ${producerId} in epoch ${producerEpoch}`;
    case "Ongoing":
      return `${name} begins`;
    case "PrepareCommit":
      return `${name} is to be committed, ${where}`;
    case "PrepareAbort":
      return `${name} ${abortReasons[event.reason] ?? "is to be aborted"}, ${where}`;
    case "CompleteCommit":
      return `${name} is committed`;
    case "CompleteAbort":
      return `${name} is aborted`;
    case "Dead":
      return `${name} was not used for long, and is forgotten`;
  }
}

const abortReasons: Partial<Readonly<Record<TransactionEvent["reason"], string>>> = {
  timedOut: "was open for longer than its time-out, and is to be aborted",
  fenced: "was left open by a producer that another one fences, and is to be aborted",
};

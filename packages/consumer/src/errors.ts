import { brokerError, gaveUp, invalidArgument, invalidState, messageOf, timedOut } from "@moldau/connection-pool";
import { DecodeError, ErrorCode, KafkaError, kafkaError, type Api } from "@moldau/protocol-codec";
import type { TopicPartition, TopicPartitionOffset } from "./partitions/topic-partition.js";

/** The codes of failures that the consumer found by itself. */
export const ConsumerErrorCode = {
  /** A second loop, or a second `next()` before the first was answered. */
  SECOND_READER: "CLIENT_SECOND_READER",
  /** Nobody asked for the next message within `maxPollIntervalMs`. */
  POLL_INTERVAL_EXCEEDED: "CLIENT_POLL_INTERVAL_EXCEEDED",
  /** An assignor of the group threw, or gave partitions out as it may not. */
  ASSIGNOR_FAILED: "CLIENT_ASSIGNOR_FAILED",
  /** The consumer was closed, and the body of its loop had not finished in its share of the time. */
  BODY_UNFINISHED: "CLIENT_BODY_UNFINISHED",
  /** The partition is not, or no longer, assigned to this consumer. */
  NOT_ASSIGNED: "CLIENT_NOT_ASSIGNED",
  /** A message was taken back, since the transaction that read it came to nothing: it is handed out again. */
  TAKEN_BACK: "CLIENT_TAKEN_BACK",
  /** The group has committed no offset, and `startFrom` is `"none"`. */
  NO_OFFSET: "CLIENT_NO_OFFSET",
  /** Messages that were read are in the log no longer: a new leader had less of it than the old one (KIP-320). */
  LOG_TRUNCATED: "CLIENT_LOG_TRUNCATED",
  /** The topic was deleted, and another one was made under its name. */
  TOPIC_RECREATED: "CLIENT_TOPIC_RECREATED",
  /** A batch was tried as often as it may be, and could not be transformed; `cause` is what went wrong the last time. */
  TRANSFORM_FAILED: "CLIENT_TRANSFORM_FAILED",
  /** A listener that the application gave to `on` threw. */
  LISTENER_FAILED: "CLIENT_LISTENER_FAILED",
} as const;

/** One of the values of {@link ConsumerErrorCode}. */
export type ConsumerErrorCode = (typeof ConsumerErrorCode)[keyof typeof ConsumerErrorCode];

/** Two readers on one consumer: each would mark messages as done that the other one is still working on. */
export function secondReader(what: string): KafkaError {
  return new KafkaError(
    ConsumerErrorCode.SECOND_READER,
    `${what}: a consumer has one reader, because a message counts as done when the next one is asked for. Make a second consumer to read in parallel.`,
  );
}

/** The application held one message for too long. */
export function pollIntervalExceeded(groupId: string, maxPollIntervalMs: number): KafkaError {
  return new KafkaError(
    ConsumerErrorCode.POLL_INTERVAL_EXCEEDED,
    `No message was asked for within ${maxPollIntervalMs} ms, so the consumer left group "${groupId}" for others to go on. Process faster, ` +
      "take smaller batches, or raise maxPollIntervalMs; a new loop joins again.",
    { groupId },
  );
}

/** The leader of the group could not share out; `what` says what its assignor did. */
export function assignorFailed(what: string, groupId: string, cause?: unknown): KafkaError {
  const message =
    `${what}, so group "${groupId}" could not share its partitions out, and its members left. What was done is committed. Mend the assignor ` +
    "in all of them; a new loop joins again.";
  return new KafkaError(ConsumerErrorCode.ASSIGNOR_FAILED, message, { groupId, cause });
}

/** An assignor's `userData` threw, or gave what is none. */
export function userDataFailed(name: string, groupId: string, cause: unknown): KafkaError {
  const message = `The assignor "${name}" has no user data to give (${messageOf(cause)}), so the consumer cannot join group "${groupId}".`;
  return new KafkaError(ConsumerErrorCode.ASSIGNOR_FAILED, message, { groupId, cause });
}

/** Closing waited for the body of a loop in vain: it takes too long, or waits for the closing itself. */
export function bodyUnfinished(waitedMs: number, inHand: readonly TopicPartitionOffset[]): KafkaError {
  const which = inHand.map(({ topic, partition, offset }) => `${topic}-${partition} from offset ${offset}`).join(", ");
  const [first] = inHand;
  return new KafkaError(
    ConsumerErrorCode.BODY_UNFINISHED,
    `close() waited ${Math.round(waitedMs)} ms for the body of the loop, which has ${which} in hand, and then gave that back: what is not ` +
      "committed of it is delivered again. If the body awaits close() itself, have it leave the loop with break and close after the loop, " +
      "or call close() without awaiting it. If it takes so long, raise timeoutMs. close({ finish: false }) does not wait.",
    first === undefined ? {} : { topic: first.topic, partition: first.partition, offset: first.offset },
  );
}

/** A seek, or a rebalance, took reading elsewhere while a transaction had read: what it would commit is of no account. */
export function readingMoved(): KafkaError {
  return new KafkaError(
    ConsumerErrorCode.NOT_ASSIGNED,
    "Reading was moved elsewhere while a transaction was under way, which is aborted for that; reading goes on there.",
  );
}

/** A batch could not be transformed, however often it was tried. */
export function transformFailed(
  {
    topic,
    partition,
    firstOffset,
    nextOffset,
  }: TopicPartition & { readonly firstOffset: bigint; readonly nextOffset: bigint },
  attempts: number,
  cause: unknown,
): KafkaError {
  const tried = attempts === 1 ? "once" : `${attempts} times`;
  const why = messageOf(cause);
  return new KafkaError(
    ConsumerErrorCode.TRANSFORM_FAILED,
    `${topic}-${partition} from offset ${firstOffset} to ${nextOffset - 1n} was tried ${tried} in vain: ${why}${why.endsWith(".") ? "" : "."} ` +
      "Nothing of it was committed, and reading went back to before it. Mend what is in its way and call transform again, or leave it out first by " +
      `consumer.commit([{ topic: "${topic}", partition: ${partition}, offset: ${nextOffset}n }]); with maxMessages: 1 that is a single message.`,
    { topic, partition, offset: firstOffset, nextOffset, cause },
  );
}

/** A commit, seek, pause or resume of a partition that this consumer does not have. */
export function notAssigned({ topic, partition }: TopicPartition, why: string): KafkaError {
  return new KafkaError(ConsumerErrorCode.NOT_ASSIGNED, `Partition ${topic}-${partition} ${why}`, { topic, partition });
}

/** What an abort has taken back was to be committed all the same: the loop hands it out once more, and it would count twice. */
export function takenBack({ topic, partition }: TopicPartition, offset: bigint): KafkaError {
  return new KafkaError(
    ConsumerErrorCode.TAKEN_BACK,
    `What was handed out of ${topic}-${partition} before offset ${offset} was taken back when a transaction was aborted, and what of it is not committed is ` +
      "handed out again: it would count twice. Leave the body of the loop (`continue`), and take the message when it comes.",
    { topic, partition, offset },
  );
}

/** A commit while the consumer is no member of its group: its partitions were given up. */
export function notAMember(groupId: string): KafkaError {
  return new KafkaError(
    ConsumerErrorCode.NOT_ASSIGNED,
    `Nothing can be committed for group "${groupId}" while this consumer owns no partitions: the group is rebalancing, or was left. What is not committed is delivered again.`,
    { groupId },
  );
}

/** A commit for partitions that were assigned by hand, under the name of a group that shares its partitions out. */
export function groupHasMembers(groupId: string, { code, errorCode = 0 }: KafkaError): KafkaError {
  return new KafkaError(
    code,
    `Group "${groupId}" has members that share its partitions out, so it takes no offsets of partitions that were assigned by hand. Give this ` +
      "consumer a groupId of its own, or autoCommit: false if nothing is to be committed.",
    { groupId, errorCode },
  );
}

/** A partition was assigned by hand that its topic does not have. */
export function noSuchPartition({ topic, partition }: TopicPartition, count: number): KafkaError {
  return new KafkaError(
    "UNKNOWN_TOPIC_OR_PARTITION",
    `There is no partition ${partition} of the topic "${topic}", which has ${count}: the first is 0. It is read once it is there.`,
    { topic, partition, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
  );
}

/** The round of the group in which a commit was made is over: others may have the partitions by now. */
export function roundEnded(groupId: string): KafkaError {
  return new KafkaError(
    ConsumerErrorCode.NOT_ASSIGNED,
    `Group "${groupId}" rebalanced before the commit was kept. What is not committed is delivered again, to whoever has the partitions now.`,
    { groupId },
  );
}

/** A partition was given up before a commit of it was kept, or could be made. */
export function stayEnded({ topic, partition }: TopicPartition): KafkaError {
  return notAssigned(
    { topic, partition },
    "was given up before the commit was kept. What is not committed is delivered again, to whoever has it now.",
  );
}

/** A commit waited for the group's next round until its time was over. */
export function roundAwaited(groupId: string): KafkaError {
  return timedOut(`Nothing was committed for group "${groupId}" in time: it is rebalancing.`, { groupId });
}

/** A commit's time was over before its turn came, or before the coordinator answered. */
export function commitTimedOut(groupId: string): KafkaError {
  return timedOut(`Nothing was committed for group "${groupId}" in time: an earlier commit was still on its way.`, {
    groupId,
  });
}

/** What a broker's error number for one partition amounts to; the message names the partition. */
export function partitionError(
  errorCode: number,
  { topic, partition }: TopicPartition,
  { api, groupId }: { readonly api: Api; readonly groupId?: string },
): KafkaError {
  const facts = { topic, partition, apiKey: api.key, apiName: api.name, ...(groupId === undefined ? {} : { groupId }) };
  return brokerError(errorCode, facts);
}

/** A consumer without topics was to begin. */
export function nothingToRead(): KafkaError {
  return invalidArgument(
    'The consumer has nothing to read: give it topics, as in { groupId: "billing", topics: ["orders"] }, or a topicPattern, subscribe to some, or assign partitions.',
  );
}

/** The brokers do not know a topic that is to be read. */
export function unknownTopic(
  topic: string,
  { patienceMs, retriable }: { readonly patienceMs: number; readonly retriable: boolean },
): KafkaError {
  const { code } = kafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  const asked = retriable ? "It is asked for again." : `It was asked for during ${patienceMs} ms.`;
  return new KafkaError(
    code,
    `${code}: The topic "${topic}" does not exist, and was not created: auto.create.topics.enable of the brokers and allowAutoTopicCreation of the consumer decide about that. ${asked}`,
    { topic, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, retriable, refreshMetadata: true },
  );
}

/** The group was not joined in time; `cause` is what stood in the way last. */
export function joinTimedOut(groupId: string, timeoutMs: number, cause: KafkaError | undefined): KafkaError {
  const what = `Group "${groupId}" was not joined within ${timeoutMs} ms`;
  return cause === undefined
    ? timedOut(`${what}: no answer came from its coordinator yet.`, { groupId })
    : gaveUp(what, cause);
}

/** The farewell to the group took longer than it may: others get the partitions when the session times out. */
export function leaveTimedOut(groupId: string, timeoutMs: number): KafkaError {
  const what = `Group "${groupId}" was not left within the ${Math.round(timeoutMs)} ms that were there for it`;
  return timedOut(`${what}: others get the partitions when the session times out.`, { groupId });
}

/** A listener of the application threw; a KafkaError keeps its code and its facts. */
export function listenerFailed(event: string, cause: unknown): KafkaError {
  const what = `A listener of "${event}" threw`;
  if (cause instanceof KafkaError) return gaveUp(what, cause);
  return new KafkaError(ConsumerErrorCode.LISTENER_FAILED, `${what}: ${messageOf(cause)}`, { cause });
}

/** What the coordinator says against a member for good, with what the application can do about it. */
export function memberRefused(error: KafkaError, options: MemberOptions): KafkaError {
  const advice = memberAdvice(error.errorCode ?? 0, options);
  if (advice === undefined) return error;
  const { code, message, retriable, ...facts } = error;
  return new KafkaError(code, `${message} ${advice}`, { ...facts, retriable, groupId: options.groupId, cause: error });
}

/** What of a member's options can be in its way. */
interface MemberOptions {
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  readonly sessionTimeoutMs: number;
  readonly assignors: readonly { readonly name: string }[];
}

function memberAdvice(
  errorCode: number,
  { groupId, groupInstanceId, sessionTimeoutMs, assignors }: MemberOptions,
): string | undefined {
  switch (errorCode) {
    case ErrorCode.INCONSISTENT_GROUP_PROTOCOL:
      return (
        `The other members of group "${groupId}" do not share out partitions by ${assignors.map(({ name }) => name).join(" or ")}: ` +
        "give all of them the same assignors, or take another groupId."
      );
    case ErrorCode.INVALID_SESSION_TIMEOUT:
      return (
        `sessionTimeoutMs is ${sessionTimeoutMs}: the broker's limits are its group.min.session.timeout.ms and ` +
        "group.max.session.timeout.ms, 6000 and 1800000 unless set otherwise."
      );
    case ErrorCode.FENCED_INSTANCE_ID:
      return (
        `Another consumer joined group "${groupId}" with the groupInstanceId "${groupInstanceId}" later, and has its partitions now. ` +
        "Give each process that runs at the same time a groupInstanceId of its own, and close this consumer: a new loop would take the place of the other one."
      );
    case ErrorCode.GROUP_MAX_SIZE_REACHED:
      return `Group "${groupId}" has as many members as the broker's group.max.size lets in: wait until one leaves, or raise it.`;
    default:
      return undefined;
  }
}

/** Offsets that are committed twice, by the consumer and in a transaction, would let what is aborted count as done. */
export function commitsByItself(groupId: string): KafkaError {
  return invalidState(
    `The consumer of group "${groupId}" commits by itself what it has handed out, whatever becomes of a transaction: make it with autoCommit: false.`,
    { groupId },
  );
}

/** A leader's log ends, or goes on otherwise, before what was read of its predecessor's. `divergentOffset` is where the two part, where that is known. */
export function logTruncated(
  { topic, partition, offset }: TopicPartitionOffset,
  divergentOffset: bigint | undefined,
): KafkaError {
  const gone =
    divergentOffset === undefined
      ? `Nothing tells what of the messages before offset ${offset} is still there.`
      : `The messages from offset ${divergentOffset} up to ${offset} are gone, and others may stand or will come in their place.`;
  const where =
    divergentOffset === undefined ? "a place of your choice" : `offset ${divergentOffset}n, where the two logs part`;
  return new KafkaError(
    ConsumerErrorCode.LOG_TRUNCATED,
    `${topic}-${partition} was read up to offset ${offset}, and the log of its new leader does not go on from there. ${gone} Seek to ${where}, ` +
      'or have the consumer do so by onDataLoss: "reset" or "resume" with a startFrom that is not "none".',
    { topic, partition, offset, ...(divergentOffset === undefined ? {} : { divergentOffset }) },
  );
}

/** What was read belongs to a topic that is no more. */
export function topicRecreated({ topic, partition }: TopicPartition, topicId: string): KafkaError {
  return new KafkaError(
    ConsumerErrorCode.TOPIC_RECREATED,
    `The topic "${topic}" was deleted, and another one was made under its name: no offset of the old one says anything about ${topic}-${partition}. ` +
      'Reading begins where startFrom says; with "none", seek has to say where.',
    { topic, partition, topicId },
  );
}

/** What was handed out is in the log no longer, so that there is nothing to commit. */
export function goneFromLog({ topic, partition }: TopicPartition, offset: bigint): KafkaError {
  return new KafkaError(
    ConsumerErrorCode.LOG_TRUNCATED,
    `What was handed out of ${topic}-${partition} before offset ${offset} is in the log no longer: a new leader had less of it, or the topic was deleted ` +
      "and made again. It cannot be committed, since the offset belongs to other messages by now.",
    { topic, partition, offset },
  );
}

/** There is nowhere to start. */
export function noOffset({ topic, partition }: TopicPartition, groupId: string): KafkaError {
  return new KafkaError(
    ConsumerErrorCode.NO_OFFSET,
    `Group "${groupId}" has committed no offset for ${topic}-${partition}, and startFrom is "none". Commit one first, or choose where to start.`,
    { topic, partition, groupId },
  );
}

/**
 * Bytes of a partition that cannot be read: a wrong checksum, a malformed record, a compression that fails. The advice to leave them out is
 * given only where they are to blame: those of a codec that cannot work in this process may be good. `offset` is that of the next message,
 * where the cause names none; `nextOffset` is where the batch ends, where its header tells.
 */
export function unreadable(
  {
    topic,
    partition,
    offset: next,
    nextOffset,
  }: TopicPartition & { readonly offset?: bigint; readonly nextOffset?: bigint | undefined },
  cause: unknown,
): KafkaError {
  const known = cause instanceof KafkaError ? cause : undefined;
  const offset = known?.offset ?? next;
  const problem = cause instanceof Error ? cause.message : String(cause);
  const past = nextOffset === undefined ? "past the batch" : `to offset ${nextOffset}`;
  const advice =
    cause instanceof DecodeError ? ` Seek ${past} to leave ${nextOffset === undefined ? "it" : "the batch"} out.` : "";
  return new KafkaError(
    known?.code ?? "CLIENT_DECODE_FAILED",
    `Partition ${topic}-${partition} cannot be read: ${problem}${advice}`,
    {
      topic,
      partition,
      cause,
      ...(offset === undefined ? {} : { offset }),
      ...(nextOffset === undefined ? {} : { nextOffset }),
    },
  );
}

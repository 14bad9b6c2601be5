import type { ErrorName } from "./error-code.js";
import { invalidArgument, kindOf } from "./arguments.js";
import { KafkaError, type KafkaErrorOptions } from "./errors.js";

/** What is known of one of Kafka's error codes. */
export interface ErrorDescription {
  /** The number in responses. */
  readonly code: number;
  /** Kafka's own name; `UNKNOWN_ERROR_CODE_n` for a number that this version does not know. */
  readonly name: string;
  /** Whether the same request may succeed when repeated. */
  readonly retriable: boolean;
  /** Whether it says that cached metadata is stale and has to be read again first. */
  readonly refreshMetadata: boolean;
  /** What it means, in a sentence. */
  readonly message: string;
}

type Flags = "" | "retriable" | "retriable refresh";

const rows: readonly (readonly [code: number, name: ErrorName, flags: Flags, message: string])[] = [
  [-1, "UNKNOWN_SERVER_ERROR", "", "The broker met a failure that has no code of its own; its log says more."],
  [0, "NONE", "", "No error."],
  [
    1,
    "OFFSET_OUT_OF_RANGE",
    "",
    "The offset asked for is before the first or after the last one that the partition holds.",
  ],
  [2, "CORRUPT_MESSAGE", "retriable", "The record batch does not match its checksum, is cut short, or is malformed."],
  [3, "UNKNOWN_TOPIC_OR_PARTITION", "retriable refresh", "The broker does not know this topic or partition."],
  [4, "INVALID_FETCH_SIZE", "", "The fetch asked for a size that is not allowed."],
  [
    5,
    "LEADER_NOT_AVAILABLE",
    "retriable refresh",
    "The partition has no leader at the moment; an election is under way.",
  ],
  [
    6,
    "NOT_LEADER_OR_FOLLOWER",
    "retriable refresh",
    "This broker does not lead the partition, or keeps no replica of it.",
  ],
  [
    7,
    "REQUEST_TIMED_OUT",
    "retriable",
    "The broker gave up waiting: the request took longer than the timeout it carried.",
  ],
  [8, "BROKER_NOT_AVAILABLE", "", "The broker is not available."],
  [
    9,
    "REPLICA_NOT_AVAILABLE",
    "retriable refresh",
    "This broker has no usable replica of the partition at the moment.",
  ],
  [10, "MESSAGE_TOO_LARGE", "", "The batch is larger than the topic's max.message.bytes."],
  [11, "STALE_CONTROLLER_EPOCH", "", "The controller that sent this has been replaced."],
  [12, "OFFSET_METADATA_TOO_LARGE", "", "The text stored with an offset is longer than the broker admits."],
  [13, "NETWORK_EXCEPTION", "retriable refresh", "The connection broke before the answer was here."],
  [
    14,
    "COORDINATOR_LOAD_IN_PROGRESS",
    "retriable",
    "The coordinator is still reading its state and cannot answer yet.",
  ],
  [
    15,
    "COORDINATOR_NOT_AVAILABLE",
    "retriable",
    "There is no coordinator for this group or transactional id at the moment.",
  ],
  [16, "NOT_COORDINATOR", "retriable", "This broker is not the coordinator of the group or transactional id."],
  [
    17,
    "INVALID_TOPIC_EXCEPTION",
    "",
    "The topic's name is not allowed, or the operation is not allowed on this topic.",
  ],
  [18, "RECORD_LIST_TOO_LARGE", "", "The batch is larger than a log segment of the topic."],
  [
    19,
    "NOT_ENOUGH_REPLICAS",
    "retriable",
    "Fewer replicas are in sync than the topic's min.insync.replicas, so nothing was written.",
  ],
  [
    20,
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
    "retriable",
    "The records were written, but fewer replicas than min.insync.replicas have them.",
  ],
  [21, "INVALID_REQUIRED_ACKS", "", "acks has to be 0, 1 or -1 (all)."],
  [22, "ILLEGAL_GENERATION", "", "The member's generation is not the group's: a rebalance has come in between."],
  [
    23,
    "INCONSISTENT_GROUP_PROTOCOL",
    "",
    "The member has no protocol in common with the group, or another protocol type.",
  ],
  [24, "INVALID_GROUP_ID", "", "The group id is empty or not allowed."],
  [25, "UNKNOWN_MEMBER_ID", "", "The coordinator does not know this member: it was removed or never joined."],
  [26, "INVALID_SESSION_TIMEOUT", "", "The session timeout is outside of what the broker admits."],
  [27, "REBALANCE_IN_PROGRESS", "", "The group is rebalancing: the member has to join again."],
  [28, "INVALID_COMMIT_OFFSET_SIZE", "", "The offsets to commit are too large for one record."],
  [29, "TOPIC_AUTHORIZATION_FAILED", "", "The user may not do this with the topic."],
  [30, "GROUP_AUTHORIZATION_FAILED", "", "The user may not do this with the group."],
  [31, "CLUSTER_AUTHORIZATION_FAILED", "", "The user may not do this with the cluster."],
  [32, "INVALID_TIMESTAMP", "", "A record's timestamp is further from the broker's clock than the topic admits."],
  [33, "UNSUPPORTED_SASL_MECHANISM", "", "The broker does not offer this SASL mechanism."],
  [34, "ILLEGAL_SASL_STATE", "", "This request is not allowed at this point of the authentication."],
  [35, "UNSUPPORTED_VERSION", "", "The broker does not speak this version of the API."],
  [36, "TOPIC_ALREADY_EXISTS", "", "A topic of this name exists already."],
  [37, "INVALID_PARTITIONS", "", "The number of partitions is not allowed."],
  [38, "INVALID_REPLICATION_FACTOR", "", "The replication factor is below 1 or above the number of brokers."],
  [39, "INVALID_REPLICA_ASSIGNMENT", "", "The assignment of replicas to brokers is not allowed."],
  [40, "INVALID_CONFIG", "", "A configuration value is not allowed."],
  [41, "NOT_CONTROLLER", "retriable", "This broker is not the controller."],
  [42, "INVALID_REQUEST", "", "The request makes no sense as it stands; the broker's log says why."],
  [43, "UNSUPPORTED_FOR_MESSAGE_FORMAT", "", "The message format of the log does not support this."],
  [44, "POLICY_VIOLATION", "", "A policy of the cluster refuses this."],
  [
    45,
    "OUT_OF_ORDER_SEQUENCE_NUMBER",
    "",
    "The batch's sequence number is not the one that follows the producer's last.",
  ],
  [46, "DUPLICATE_SEQUENCE_NUMBER", "", "The broker has this batch already, but no longer remembers at which offset."],
  [47, "INVALID_PRODUCER_EPOCH", "", "A newer instance of the producer has taken over its epoch."],
  [48, "INVALID_TXN_STATE", "", "The transaction is not in a state that admits this."],
  [49, "INVALID_PRODUCER_ID_MAPPING", "", "The transactional id does not belong to this producer id."],
  [50, "INVALID_TRANSACTION_TIMEOUT", "", "The transaction timeout is above the broker's transaction.max.timeout.ms."],
  [51, "CONCURRENT_TRANSACTIONS", "retriable", "Another transaction of this producer is still being completed."],
  [52, "TRANSACTION_COORDINATOR_FENCED", "", "The transaction coordinator that sent this marker has been replaced."],
  [53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "", "The user may not do this with the transactional id."],
  [54, "SECURITY_DISABLED", "", "The broker runs without the security feature that this needs."],
  [55, "OPERATION_NOT_ATTEMPTED", "", "Nothing was tried, because something before it in the request failed."],
  [56, "KAFKA_STORAGE_ERROR", "retriable refresh", "The broker's disk failed where the partition lies."],
  [57, "LOG_DIR_NOT_FOUND", "", "The broker has no log directory of this path."],
  [58, "SASL_AUTHENTICATION_FAILED", "", "The credentials were refused."],
  [
    59,
    "UNKNOWN_PRODUCER_ID",
    "",
    "The broker knows nothing of this producer id: its records have expired from the log.",
  ],
  [60, "REASSIGNMENT_IN_PROGRESS", "", "The partition's replicas are being moved already."],
  [61, "DELEGATION_TOKEN_AUTH_DISABLED", "", "Delegation tokens are not enabled on the broker."],
  [62, "DELEGATION_TOKEN_NOT_FOUND", "", "The broker has no such delegation token."],
  [63, "DELEGATION_TOKEN_OWNER_MISMATCH", "", "The delegation token belongs to another user."],
  [
    64,
    "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED",
    "",
    "Delegation tokens cannot be managed over this connection: it has to be TLS or SASL, and not token-authenticated.",
  ],
  [65, "DELEGATION_TOKEN_AUTHORIZATION_FAILED", "", "The user may not do this with delegation tokens."],
  [66, "DELEGATION_TOKEN_EXPIRED", "", "The delegation token has expired."],
  [67, "INVALID_PRINCIPAL_TYPE", "", "The type of principal is not supported."],
  [68, "NON_EMPTY_GROUP", "", "The group still has members or offsets in use."],
  [69, "GROUP_ID_NOT_FOUND", "", "There is no group of this id."],
  [70, "FETCH_SESSION_ID_NOT_FOUND", "retriable", "The broker has dropped this fetch session."],
  [71, "INVALID_FETCH_SESSION_EPOCH", "retriable", "The fetch session's epoch is not the one that comes next."],
  [72, "LISTENER_NOT_FOUND", "retriable refresh", "The leader has no listener of the kind that this connection uses."],
  [73, "TOPIC_DELETION_DISABLED", "", "The broker does not allow topics to be deleted."],
  [
    74,
    "FENCED_LEADER_EPOCH",
    "retriable refresh",
    "The leader epoch in the request is older than the broker's: the metadata is stale.",
  ],
  [
    75,
    "UNKNOWN_LEADER_EPOCH",
    "retriable",
    "The leader epoch in the request is newer than the broker's: the broker has not heard of it yet.",
  ],
  [76, "UNSUPPORTED_COMPRESSION_TYPE", "", "The request's version does not admit this compression."],
  [77, "STALE_BROKER_EPOCH", "", "The broker's registration has been replaced by a newer one."],
  [78, "OFFSET_NOT_AVAILABLE", "retriable", "The leader has not learned its high watermark yet."],
  [79, "MEMBER_ID_REQUIRED", "", "The coordinator has given the member an id: it has to join again with it."],
  [
    80,
    "PREFERRED_LEADER_NOT_AVAILABLE",
    "retriable refresh",
    "The preferred leader of the partition is not available.",
  ],
  [81, "GROUP_MAX_SIZE_REACHED", "", "The group has as many members as group.max.size admits."],
  [82, "FENCED_INSTANCE_ID", "", "Another member with the same group.instance.id has taken over."],
  [83, "ELIGIBLE_LEADERS_NOT_AVAILABLE", "retriable refresh", "No replica that may lead the partition is available."],
  [84, "ELECTION_NOT_NEEDED", "retriable refresh", "The partition has the wanted leader already."],
  [85, "NO_REASSIGNMENT_IN_PROGRESS", "", "No move of replicas is under way for the partition."],
  [86, "GROUP_SUBSCRIBED_TO_TOPIC", "", "The group reads from this topic at the moment."],
  [
    87,
    "INVALID_RECORD",
    "",
    "The broker refused a record for what is in it: it lacks a key, its timestamp is off, or it is malformed.",
  ],
  [88, "UNSTABLE_OFFSET_COMMIT", "retriable", "A transaction still has to decide over this group's offsets."],
  [89, "THROTTLING_QUOTA_EXCEEDED", "retriable", "The quota for this kind of change is used up for now."],
  [90, "PRODUCER_FENCED", "", "A newer producer with the same transactional id has fenced this one off."],
  [91, "RESOURCE_NOT_FOUND", "", "There is no such resource."],
  [92, "DUPLICATE_RESOURCE", "", "A resource of this name exists already, or stands twice in the request."],
  [93, "UNACCEPTABLE_CREDENTIAL", "", "The credential does not meet the broker's demands."],
  [94, "INCONSISTENT_VOTER_SET", "", "The sender and the receiver have different sets of voters."],
  [95, "INVALID_UPDATE_VERSION", "", "The feature cannot be set to this version."],
  [96, "FEATURE_UPDATE_FAILED", "", "The change of feature versions could not be stored."],
  [97, "PRINCIPAL_DESERIALIZATION_FAILURE", "", "The controller could not read the forwarded principal."],
  [98, "SNAPSHOT_NOT_FOUND", "", "The leader has no such snapshot."],
  [99, "POSITION_OUT_OF_RANGE", "", "The position asked for is not within the snapshot."],
  [100, "UNKNOWN_TOPIC_ID", "retriable refresh", "The broker does not know a topic of this id."],
  [101, "DUPLICATE_BROKER_REGISTRATION", "", "A broker with this id is registered already."],
  [102, "BROKER_ID_NOT_REGISTERED", "", "No broker with this id is registered."],
  [103, "INCONSISTENT_TOPIC_ID", "retriable refresh", "The log holds another topic id than the request."],
  [104, "INCONSISTENT_CLUSTER_ID", "", "The request names another cluster."],
  [105, "TRANSACTIONAL_ID_NOT_FOUND", "", "The coordinator has never seen this transactional id."],
  [
    106,
    "FETCH_SESSION_TOPIC_ID_ERROR",
    "retriable",
    "The fetch session mixes topic ids and topic names, or an id has changed.",
  ],
  [107, "INELIGIBLE_REPLICA", "", "The replica is not allowed into the set of in-sync replicas."],
  [108, "NEW_LEADER_ELECTED", "", "The change of in-sync replicas elected a new leader."],
  [109, "OFFSET_MOVED_TO_TIERED_STORAGE", "", "The offset has moved to tiered storage."],
  [
    110,
    "FENCED_MEMBER_EPOCH",
    "",
    "The member's epoch is not the group's: it has to give up its partitions and join again.",
  ],
  [111, "UNRELEASED_INSTANCE_ID", "", "Another member still uses this instance id."],
  [112, "UNSUPPORTED_ASSIGNOR", "", "The coordinator has no such assignor, or members ask for different ones."],
  [
    113,
    "STALE_MEMBER_EPOCH",
    "",
    "The member's epoch is behind: it has to send its request again after the next heartbeat.",
  ],
  [
    114,
    "MISMATCHED_ENDPOINT_TYPE",
    "",
    "The request went to a broker but asks for controllers, or the other way round.",
  ],
  [115, "UNSUPPORTED_ENDPOINT_TYPE", "", "This kind of endpoint is not known."],
  [116, "UNKNOWN_CONTROLLER_ID", "", "This controller is not known."],
  [117, "UNKNOWN_SUBSCRIPTION_ID", "", "The client's telemetry subscription is out of date."],
  [118, "TELEMETRY_TOO_LARGE", "", "The telemetry is larger than the broker takes at a time."],
  [119, "INVALID_REGISTRATION", "", "The broker's registration is not allowed."],
  [
    120,
    "TRANSACTION_ABORTABLE",
    "",
    "The transaction cannot be committed any more, but it can be aborted and the producer used on.",
  ],
  [121, "INVALID_RECORD_STATE", "", "The record is not in a state that admits this acknowledgement."],
  [122, "SHARE_SESSION_NOT_FOUND", "retriable", "The broker has dropped this share session."],
  [123, "INVALID_SHARE_SESSION_EPOCH", "retriable", "The share session's epoch is not the one that comes next."],
  [124, "FENCED_STATE_EPOCH", "", "The share coordinator has a newer state epoch than the request."],
  [125, "INVALID_VOTER_KEY", "", "The voter's id and directory do not match."],
  [126, "DUPLICATE_VOTER", "", "This voter is in the set already."],
  [127, "VOTER_NOT_FOUND", "", "This voter is not in the set."],
  [128, "INVALID_REGULAR_EXPRESSION", "", "The regular expression is not valid."],
  [
    129,
    "REBOOTSTRAP_REQUIRED",
    "",
    "The client has to start again from its bootstrap servers: the brokers it knows are no longer the right ones.",
  ],
  [130, "STREAMS_INVALID_TOPOLOGY", "", "The topology of the streams application is not valid."],
  [131, "STREAMS_INVALID_TOPOLOGY_EPOCH", "", "The epoch of the streams topology is not valid."],
  [132, "STREAMS_TOPOLOGY_FENCED", "", "Another topology has taken over in the streams group."],
  [133, "SHARE_SESSION_LIMIT_REACHED", "retriable", "The broker holds as many share sessions as it may."],
  [134, "GROUP_DELETION_FAILED", "", "The group could not be deleted."],
  [
    135,
    "STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED",
    "",
    "The description of the streams topology could not be stored.",
  ],
  [136, "CONTROLLER_ID_NOT_REGISTERED", "", "No controller with this id is registered."],
];

/** Every error of the protocol, ascending by code. */
export const errorDescriptions: readonly ErrorDescription[] = rows.map(([code, name, flags, message]) => ({
  code,
  name,
  retriable: flags !== "",
  refreshMetadata: flags === "retriable refresh",
  message,
}));

const byCode: ReadonlyMap<number, ErrorDescription> = new Map(
  errorDescriptions.map((description) => [description.code, description]),
);

/** Describes an error code; one that is not known keeps its number and is not retriable. */
export function errorByCode(code: number): ErrorDescription {
  if (!Number.isInteger(code)) throw invalidArgument(`code: a whole number wanted, not ${kindOf(code)}`);
  return (
    byCode.get(code) ?? {
      code,
      name: `UNKNOWN_ERROR_CODE_${code}`,
      retriable: false,
      refreshMetadata: false,
      message: `The broker answered with error ${code}, which this version does not know.`,
    }
  );
}

/** Makes the error that a broker's code stands for; `detail` is the broker's own sentence, where it sent one. */
export function kafkaError(code: number, facts: KafkaErrorOptions = {}, detail?: string | null): KafkaError {
  const { name, retriable, refreshMetadata, message } = errorByCode(code);
  const hasMore = detail !== undefined && detail !== null && detail !== "" && detail !== message;
  const sentence = hasMore ? `${message} The broker says: ${detail}` : message;
  return new KafkaError(name, `${name}: ${sentence}`, { errorCode: code, retriable, refreshMetadata, ...facts });
}

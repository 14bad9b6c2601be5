import { brokerError } from "@moldau/connection-pool";
import { ConsumerGroupHeartbeat, ErrorCode, KafkaError, kafkaError } from "@moldau/protocol-codec";

/** What of a member's options can be in the way of its membership. */
export interface RefusableOptions {
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  readonly remoteAssignor: string | null;
}

/** What the coordinator says against a heartbeat, with what the application can do about it; `detail` is the broker's own sentence. */
export function heartbeatRefused(errorCode: number, detail: string | null, options: RefusableOptions): KafkaError {
  const facts = { groupId: options.groupId, apiKey: ConsumerGroupHeartbeat.key, apiName: ConsumerGroupHeartbeat.name };
  const advice = adviceFor(errorCode, options);
  if (advice === undefined) return brokerError(errorCode, facts, detail);
  const { code, message, retriable } = kafkaError(errorCode, facts, detail);
  const sentence = message.endsWith(".") ? message : `${message}.`;
  return new KafkaError(code, `${sentence} ${advice}`, { ...facts, errorCode, retriable });
}

/** A pattern is to be sent to a coordinator that knows none. */
export function unsupportedPattern(groupId: string): KafkaError {
  const { code } = kafkaError(ErrorCode.UNSUPPORTED_VERSION);
  return new KafkaError(
    code,
    `${code}: The coordinator of group "${groupId}" does not match patterns (Apache Kafka does from 4.0 on): list the topics, or use protocol: "classic", where the consumer matches them itself.`,
    {
      groupId,
      apiKey: ConsumerGroupHeartbeat.key,
      apiName: ConsumerGroupHeartbeat.name,
      errorCode: ErrorCode.UNSUPPORTED_VERSION,
    },
  );
}

/** Whether the coordinator has no next-generation group of this name to offer, and a classic one may be there. */
export function meansClassic({ errorCode }: KafkaError): boolean {
  return errorCode === ErrorCode.UNSUPPORTED_VERSION || errorCode === ErrorCode.GROUP_ID_NOT_FOUND;
}

function adviceFor(
  errorCode: number,
  { groupId, groupInstanceId, remoteAssignor }: RefusableOptions,
): string | undefined {
  switch (errorCode) {
    case ErrorCode.UNSUPPORTED_VERSION:
      return 'The cluster does not speak the next-generation protocol (Apache Kafka does from 4.0 on, with group.version 1): use protocol: "classic", or "auto", which finds out.';
    case ErrorCode.GROUP_ID_NOT_FOUND:
      return `Group "${groupId}" is one of another kind, and the broker does not turn it into a next-generation group (group.consumer.migration.policy): use protocol: "classic", or another groupId.`;
    case ErrorCode.UNRELEASED_INSTANCE_ID:
      return `Another member is in group "${groupId}" as groupInstanceId "${groupInstanceId}": close it first, give each member its own, or wait until the session of one that crashed has timed out.`;
    case ErrorCode.FENCED_INSTANCE_ID:
      return `Another member has taken groupInstanceId "${groupInstanceId}" of group "${groupId}" over: give each member its own.`;
    case ErrorCode.GROUP_MAX_SIZE_REACHED:
      return `Group "${groupId}" takes no more members: close some, or raise group.consumer.max.size of the brokers.`;
    case ErrorCode.UNSUPPORTED_ASSIGNOR:
      return `remoteAssignor is ${JSON.stringify(remoteAssignor)}: leave it out, or name one of the brokers' group.consumer.assignors ("uniform" and "range" unless set otherwise).`;
    case ErrorCode.INVALID_REGULAR_EXPRESSION:
      return "The broker reads topicPattern as RE2 does: no look-around and no back references.";
    default:
      return undefined;
  }
}

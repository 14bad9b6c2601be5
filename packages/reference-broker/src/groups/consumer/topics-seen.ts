import type { Draft } from "./draft.js";
import type { ConsumerRules } from "./events.js";
import { hashOfTopics } from "./subscriptions.js";

/** How long what was seen of topics holds when nobody tells of a change, in milliseconds: as in Kafka, nearly for good. */
const topicsHoldForMs = 2_147_483_647;

/**
 * Looks at the group's topics. The group's epoch goes up when they are others than the group knows, or when `mustBump`: what members read has
 * changed, whether or not the topics are the same together.
 */
export function lookAtTopics(draft: Draft, mustBump: boolean, rules: ConsumerRules): void {
  const { before } = draft;
  const metadataHash = hashOfTopics(draft.group, rules.topics);
  const isBumped = mustBump || metadataHash !== before.metadataHash;
  const epoch = isBumped ? before.epoch + 1 : before.epoch;
  if (isBumped) draft.write({ kind: "consumerGroup", value: { epoch, metadataHash } });
  seeTopics(draft, epoch, rules);
  if (before.hasPartitionMetadata) draft.write({ kind: "consumerPartitionMetadata", value: null });
}

/** Notes that the topics need not be looked at again until one of them changes. */
export function seeTopics(draft: Draft, epoch: number, { nowMs }: ConsumerRules): void {
  draft.command({ type: "topicsSeen", epoch, untilMs: nowMs + topicsHoldForMs });
}

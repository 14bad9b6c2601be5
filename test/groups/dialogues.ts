import type { GroupDialogue } from "../support/group-dialogue.js";
import { membershipDialogues } from "./dialogues/membership.js";
import { rebalanceDialogues } from "./dialogues/rebalances.js";
import { staticMemberDialogues } from "./dialogues/static-members.js";
import { offsetDialogues } from "./dialogues/offsets.js";
import { administrationDialogues } from "./dialogues/administration.js";
import { nextGenerationDialogues } from "./dialogues/next-generation.js";
import { nextGenerationMixedDialogues } from "./dialogues/next-generation-mixed.js";
import { nextGenerationStaticDialogues } from "./dialogues/next-generation-static.js";
import { nextGenerationTransactionDialogues } from "./dialogues/next-generation-transactions.js";

/** The broker settings that the dialogues count on: a limit of size, sessions short enough to wait for their end, and assignments without delay. */
export const dialogueConfigs = {
  "group.initial.rebalance.delay.ms": "0",
  "group.max.size": "4",
  "group.min.session.timeout.ms": "100",
  "group.consumer.assignment.interval.ms": "0",
  "group.consumer.max.size": "4",
  "group.consumer.min.heartbeat.interval.ms": "100",
  "group.consumer.min.session.timeout.ms": "500",
} as const;

/** Talks with a group coordinator, by the name of their group. Written so that every right broker gives the same answers. */
export const dialogues: Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>> = {
  ...membershipDialogues,
  ...rebalanceDialogues,
  ...staticMemberDialogues,
  ...offsetDialogues,
  ...administrationDialogues,
  ...nextGenerationDialogues,
  ...nextGenerationStaticDialogues,
  ...nextGenerationMixedDialogues,
  ...nextGenerationTransactionDialogues,
};

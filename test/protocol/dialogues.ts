import type { ProtocolDialogue } from "../support/protocol-dialogue.js";
import { brokerDialogues } from "./dialogues/broker.js";
import { recordDialogues } from "./dialogues/records.js";
import { topicDialogues } from "./dialogues/topics.js";

/** Talks with a broker, each to be held with a broker of its own or on topics that nobody else uses. Every right broker gives the same answers. */
export const protocolDialogues: Readonly<Record<string, (talk: ProtocolDialogue) => Promise<void>>> = {
  ...topicDialogues,
  ...recordDialogues,
  ...brokerDialogues,
};

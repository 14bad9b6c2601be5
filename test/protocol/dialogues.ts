import type { ProtocolDialogue } from "../support/protocol-dialogue.js";
import { brokerDialogues } from "./dialogues/broker.js";
import { fetchingDialogues } from "./dialogues/fetching.js";
import { groupConfigDialogues } from "./dialogues/group-configs.js";
import { markerDialogues } from "./dialogues/markers.js";
import { namedTwiceDialogues } from "./dialogues/named-twice.js";
import { offsetDialogues } from "./dialogues/offsets.js";
import { producingDialogues } from "./dialogues/producing.js";
import { topicConfigDialogues } from "./dialogues/topic-configs.js";
import { topicDialogues } from "./dialogues/topics.js";

/** Talks with a broker, each to be held with a broker of its own or on topics that nobody else uses. Every right broker gives the same answers. */
export const protocolDialogues: Readonly<Record<string, (talk: ProtocolDialogue) => Promise<void>>> = {
  ...topicDialogues,
  ...producingDialogues,
  ...fetchingDialogues,
  ...offsetDialogues,
  ...brokerDialogues,
  ...topicConfigDialogues,
  ...groupConfigDialogues,
  ...namedTwiceDialogues,
  ...markerDialogues,
};

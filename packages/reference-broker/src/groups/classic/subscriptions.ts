import { DecodeError, decodeSubscription } from "@moldau/protocol-codec";
import { metadataOf } from "./roster.js";
import type { Roster, SubscribedTopics } from "./state.js";

/**
 * The topics that the members of a generation read, as their subscriptions say; none for a consumer group without members. Null when
 * the members do not use the consumer protocol, or one of them wrote what cannot be read.
 */
export function subscribedTopicsOf(
  protocolType: string | null,
  protocolName: string | null,
  roster: Roster,
): SubscribedTopics {
  if (protocolType !== "consumer") return null;
  const topics = new Set<string>();
  for (const member of roster.members.values()) {
    try {
      for (const topic of decodeSubscription(metadataOf(member, protocolName)).topics) topics.add(topic);
    } catch (error) {
      // A foreign client may write what it likes here. The group works all the same; only its topics are unknown.
      if (error instanceof DecodeError) return null;
      throw error;
    }
  }
  return topics;
}

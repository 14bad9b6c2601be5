import type { Uuid } from "@moldau/protocol-codec";

/** A topic as a request about offsets names it. */
export interface TopicByNameAndId {
  readonly name: string;
  /** All zero when it is not known. */
  readonly topicId: Uuid;
}

/** From version 10 on OffsetCommit and OffsetFetch name topics by their ids (KIP-848); before, by their names. */
const lastVersionByName = 9;

/** The newest version of OffsetCommit or OffsetFetch in which these topics can be named; undefined for any. */
export function newestVersionFor(topics: readonly TopicByNameAndId[]): number | undefined {
  return topics.some(({ topicId }) => topicId.isZero) ? lastVersionByName : undefined;
}

/** Finds the name of a topic in an answer, which has the name or the id. */
export function namesById(topics: readonly TopicByNameAndId[]): (name: string, topicId: Uuid) => string {
  const names = new Map(topics.map(({ name, topicId }) => [topicId.toString(), name]));
  return (name, topicId) => (name === "" ? (names.get(topicId.toString()) ?? "") : name);
}

import { ClientErrorCode, messageOf, type TopicMetadata } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";
import { shown, type EncodedMessage } from "../accept/message.js";
import { partitionForKey } from "./keyed.js";
import type { Partitioner } from "./partitioner.js";

/** Stands for the sticky choice, which is made when the message is put into a batch. */
export const sticky = -1;

/** How messages are placed. */
export interface PlacingOptions {
  /** The application's own choice, asked for messages that name no partition. Default: by key. */
  readonly partitioner?: Partitioner | undefined;
  /** Number of messages that stand before these: errors count from there. Default 0. */
  readonly indexBase?: number;
}

/** A message that is being placed. */
interface Placed {
  readonly topic: TopicMetadata;
  readonly index: number;
}

/**
 * Works out the partition of every message of a call, before any of them goes anywhere; undefined when all are sticky.
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT for a partition that the topic does not have, CLIENT_PARTITIONER_FAILED when the
 * application's own partitioner throws or answers nonsense.
 */
export function placeMessages(
  messages: readonly EncodedMessage[],
  topic: TopicMetadata,
  { partitioner, indexBase = 0 }: PlacingOptions = {},
): Int32Array | undefined {
  const count = topic.partitions.length;
  let places: Int32Array | undefined;
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index];
    if (message === undefined) continue;
    const { key, partition } = message;
    let place = sticky;
    if (partition !== undefined)
      place = partition < count ? partition : outOfRange(topic, indexBase + index, partition);
    else if (partitioner !== undefined) place = ask(partitioner, message, { topic, index: indexBase + index });
    else if (key !== null && key !== undefined) place = partitionForKey(key, count);
    if (place === sticky) continue;
    places ??= new Int32Array(messages.length).fill(sticky);
    places[index] = place;
  }
  return places;
}

function ask(partitioner: Partitioner, message: EncodedMessage, { topic, index }: Placed): number {
  let place: number | undefined;
  try {
    place = partitioner(message, topic);
  } catch (cause) {
    throw failed({ topic, index }, `threw: ${messageOf(cause)}`, cause);
  }
  if (place === undefined) return sticky;
  if (Number.isInteger(place) && place >= 0 && place < topic.partitions.length) return place;
  throw failed(
    { topic, index },
    `answered ${shown(place)}: expected a whole number from 0 to ${topic.partitions.length - 1}, or undefined`,
  );
}

function outOfRange({ name, partitions }: TopicMetadata, index: number, partition: number): never {
  const message =
    `Nothing was sent to topic ${JSON.stringify(name)}: message ${index} names partition ${partition}, ` +
    `but the topic has ${partitions.length}, numbered from 0.`;
  // The topic may have got more partitions since.
  throw new KafkaError(ClientErrorCode.INVALID_ARGUMENT, message, {
    topic: name,
    partition,
    index,
    refreshMetadata: true,
    written: false,
  });
}

function failed({ topic: { name: topic }, index }: Placed, problem: string, cause?: unknown): KafkaError {
  const message = `Nothing was sent to topic ${JSON.stringify(topic)}: for message ${index} the partitioner ${problem}.`;
  return new KafkaError("CLIENT_PARTITIONER_FAILED", message, { topic, index, cause, written: false });
}

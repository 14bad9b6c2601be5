import { attempt, linkSignals, type AttemptPace } from "@moldau/connection-pool";
import { ErrorCode, KafkaError } from "@moldau/protocol-codec";
import { partitionKey, type TopicPartition } from "../partitions/topic-partition.js";

/** What one partition's question came to. */
export type Outcome<Found> = Found | KafkaError;

/** How partitions are asked about. */
export interface EachPartitionOptions<Item, Found> {
  /**
   * One attempt for those that are left; `times` counts them from 1. Gives what tells the outcome of each.
   *
   * @throws {KafkaError} when nobody could be asked about any of them.
   */
  readonly ask: (left: readonly Item[], context: AskContext) => Promise<(item: Item) => Outcome<Found>>;
  readonly pace: AttemptPace;
  /** Each of them ends it. */
  readonly signals: readonly (AbortSignal | undefined)[];
  /** When to give up, in milliseconds of the clock. */
  readonly deadline: number;
}

/** What an attempt has to know. */
export interface AskContext {
  readonly times: number;
  readonly signal: AbortSignal;
}

/**
 * Asks until each partition has an answer, or an error that does not pass, or the time is over: then what failed last stands with it.
 *
 * @throws {KafkaError} when nobody could be asked about any of them; CLIENT_ABORTED, or the reason of a signal.
 */
export async function eachPartition<Item extends TopicPartition, Found>(
  items: readonly Item[],
  { ask, pace, signals, deadline }: EachPartitionOptions<Item, Found>,
): Promise<(item: Item) => Outcome<Found> | undefined> {
  const outcomes = new Map<string, Outcome<Found>>();
  const { signal, unlink } = linkSignals(...signals);
  let left = items;
  let times = 0;
  const once = async (): Promise<void> => {
    if (left.length === 0) return;
    const outcomeOf = await ask(left, { times: ++times, signal });
    for (const item of left) outcomes.set(keyOf(item), outcomeOf(item));
    const failures = left.flatMap((item) => {
      const outcome = outcomes.get(keyOf(item));
      return outcome instanceof KafkaError && mayPass(outcome, times) ? [{ item, outcome }] : [];
    });
    left = failures.map(({ item }) => item);
    if (failures[0] !== undefined) throw failures[0].outcome;
  };
  try {
    await attempt(once, { pace, signals: [signal], deadline });
  } catch (error) {
    if (signal.aborted || !left.every((item) => outcomes.has(keyOf(item)))) throw error;
  } finally {
    unlink();
  }
  return (item) => outcomes.get(keyOf(item));
}

/** A topic that was made just now may be unknown for a moment; one that is unknown twice is not there. */
function mayPass({ retriable, errorCode }: KafkaError, times: number): boolean {
  return retriable && (errorCode !== ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || times < 3);
}

function keyOf({ topic, partition }: TopicPartition): string {
  return partitionKey(topic, partition);
}

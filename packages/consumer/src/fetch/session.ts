import type { Uuid } from "@moldau/protocol-codec";
import { groupByTopic, partitionKey } from "../partitions/topic-partition.js";

/** A partition as a Fetch request asks for it. */
export interface FetchTarget {
  readonly topic: string;
  /** Zero when the topic's id is not known. */
  readonly topicId: Uuid;
  readonly partition: number;
  /** The next offset to read. */
  readonly fetchOffset: bigint;
  /** The leader's epoch as the metadata has it, -1 when unknown: fences a leader that was replaced (KIP-320). */
  readonly leaderEpoch: number;
  /** How many bytes the broker may return for it; its first batch always comes whole. */
  readonly maxBytes: number;
}

/** The part of a Fetch request that depends on the session. */
export interface SessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly topics: readonly SessionTopic[];
  readonly forgottenTopicsData: readonly {
    readonly topic: string;
    readonly topicId: Uuid;
    readonly partitions: readonly number[];
  }[];
}

/** A topic in a Fetch request. */
export interface SessionTopic {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partitions: readonly {
    readonly partition: number;
    readonly currentLeaderEpoch: number;
    readonly fetchOffset: bigint;
    readonly partitionMaxBytes: number;
  }[];
}

/** What is known of the session at the broker. */
type SessionState =
  /** There is none, or what it holds is uncertain: the next request lists everything; `closing` is replaced by the new one. */
  | { readonly name: "none"; readonly closing: number }
  /** The broker remembers `targets`; requests carry only what differs. */
  | {
      readonly name: "open";
      readonly id: number;
      readonly epoch: number;
      readonly targets: ReadonlyMap<string, FetchTarget>;
      readonly byId: boolean;
    };

/** A request whose answer has not come. */
interface SentRequest {
  readonly targets: ReadonlyMap<string, FetchTarget>;
  readonly byId: boolean;
  /** The session that a new one is to replace; 0 when there is none. */
  readonly replaces: number;
}

/** How a request may be written, as its version decides. */
export interface SessionRules {
  /** Fetch 7 and newer: the broker keeps sessions. */
  readonly sessions: boolean;
  /** Fetch 13 and newer: topics go by id instead of name. */
  readonly topicIds: boolean;
}

const firstEpoch = 0;
const sessionlessEpoch = -1;
const lastEpoch = 2 ** 31 - 1;

/**
 * This side of an incremental fetch session (KIP-227): the broker remembers the partitions of the last request, so that
 * the next one carries only those that were added, changed or forgotten.
 *
 * A request that failed may or may not have moved the session on, so it has to be given up and made anew.
 */
export class FetchSession {
  #state: SessionState = { name: "none", closing: 0 };
  #sent: SentRequest | undefined;

  /** Writes the session's part of the next request, which is to fetch exactly `targets`, in this order where order matters. */
  prepare(targets: readonly FetchTarget[], { sessions, topicIds }: SessionRules): SessionRequest {
    const wanted = new Map(targets.map((target) => [partitionKey(target.topic, target.partition), target]));
    this.#sent = { targets: wanted, byId: topicIds, replaces: 0 };
    if (!sessions) return request(0, sessionlessEpoch, targets, []);
    const state = this.#state;
    // The two ways to name a topic do not mix in one session.
    if (state.name === "none" || state.byId !== topicIds) {
      const replaces = state.name === "none" ? state.closing : state.id;
      this.#sent = { ...this.#sent, replaces };
      return request(replaces, firstEpoch, targets, []);
    }
    const changed = [...wanted]
      .filter(([key, target]) => !isSame(state.targets.get(key), target))
      .map(([, target]) => target);
    const forgotten = [...state.targets]
      .filter(([key, target]) => wanted.get(key)?.topicId.equals(target.topicId) !== true)
      .map(([, target]) => target);
    return request(state.id, state.epoch, changed, forgotten);
  }

  /**
   * Takes the answer to the prepared request; `sessionId` 0 means that the broker keeps no session. A session that is made has an id of its own:
   * an answer with the id of the one that was to be replaced comes from a broker that did not get so far, and still remembers that one.
   */
  succeeded(sessionId: number): void {
    const sent = this.#sent;
    this.#sent = undefined;
    if (sessionId === 0 || sent === undefined || sessionId === sent.replaces) {
      this.#state = { name: "none", closing: sessionId };
      return;
    }
    const state = this.#state;
    const epoch =
      state.name === "open" && state.id === sessionId && state.byId === sent.byId ? nextEpoch(state.epoch) : 1;
    this.#state = { name: "open", id: sessionId, epoch, targets: sent.targets, byId: sent.byId };
  }

  /** The prepared request failed: the next one lists everything and replaces the session. */
  failed({ sessionIsGone = false }: { readonly sessionIsGone?: boolean } = {}): void {
    const state = this.#state;
    const id = state.name === "open" ? state.id : state.closing;
    this.#sent = undefined;
    this.#state = { name: "none", closing: sessionIsGone ? 0 : id };
  }
}

function request(
  sessionId: number,
  sessionEpoch: number,
  targets: readonly FetchTarget[],
  forgotten: readonly FetchTarget[],
): SessionRequest {
  return {
    sessionId,
    sessionEpoch,
    topics: byTopic(targets).map(([first, partitions]) => ({
      topic: first.topic,
      topicId: first.topicId,
      partitions: partitions.map(({ partition, leaderEpoch, fetchOffset, maxBytes }) => ({
        partition,
        currentLeaderEpoch: leaderEpoch,
        fetchOffset,
        partitionMaxBytes: maxBytes,
      })),
    })),
    forgottenTopicsData: byTopic(forgotten).map(([first, partitions]) => ({
      topic: first.topic,
      topicId: first.topicId,
      partitions: partitions.map(({ partition }) => partition),
    })),
  };
}

function byTopic(targets: readonly FetchTarget[]): [FetchTarget, FetchTarget[]][] {
  return [...groupByTopic(targets).values()].flatMap((group): [FetchTarget, FetchTarget[]][] => {
    const [first] = group;
    return first === undefined ? [] : [[first, group]];
  });
}

function isSame(a: FetchTarget | undefined, b: FetchTarget): boolean {
  if (a === undefined || !a.topicId.equals(b.topicId)) return false;
  return a.fetchOffset === b.fetchOffset && a.leaderEpoch === b.leaderEpoch && a.maxBytes === b.maxBytes;
}

// Epochs run from 1 to the largest int32 and wrap to 1; 0 opens a session and -1 ends one.
function nextEpoch(epoch: number): number {
  return epoch === lastEpoch ? 1 : epoch + 1;
}

import type { Uuid } from "@moldau/protocol-codec";
import type { ProducerEntry } from "../log/producer-entry.js";
import type { Storage } from "../storage/storage.js";
import { bringHome } from "../data-dir/transfer.js";

/** A broker that wants the records of a partition for itself. */
export interface CustodyClaim {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid;
  readonly nodeId: number;
  /** The epoch in which it is to lead. A claim in an earlier epoch than one that was granted is refused. */
  readonly leaderEpoch: number;
}

/** How a log was left by the one who closed it. */
export interface LeftLog {
  readonly logStartOffset: bigint;
  /** Whether its files are as a clean start expects them. */
  readonly isClean: boolean;
  /** The producers that wrote to it, when it moves to another broker: a replica there would know them all. Absent when a broker stopped. */
  readonly producers?: readonly ProducerEntry[];
}

/** The records of a partition are with one broker, until it gives them back. */
export interface Custody {
  /** How the last holder left the log; undefined when nobody held it since the cluster started. */
  readonly left: LeftLog | undefined;
  /** Lets the next one have them; to be called when the log is closed. `left` is undefined when there is none any more. */
  release(left: LeftLog | undefined): void;
}

interface Place {
  granted: { readonly topicId: Uuid; readonly leaderEpoch: number } | undefined;
  left: LeftLog | undefined;
  /** Resolves when nobody holds the records; those who wait for it take their turns. */
  free: Promise<void>;
}

/**
 * Who holds the records of each partition. There is one replica of each, so they move along with its leader; brokers learn of a move each
 * in its own time, and a new leader waits here until the one before has closed the log.
 */
export class PartitionCustody {
  readonly #storage: Storage;
  readonly #directories: ReadonlyMap<number, string>;
  readonly #places = new Map<string, Place>();

  /** `directories` are the log directories of all brokers, by node id. */
  constructor(storage: Storage, directories: ReadonlyMap<number, string>) {
    this.#storage = storage;
    this.#directories = directories;
  }

  /** Resolves when the records lie in the broker's own directory and nobody else has them; undefined when a later epoch had them meanwhile. */
  async claim({ topic, partition, topicId, nodeId, leaderEpoch }: CustodyClaim): Promise<Custody | undefined> {
    const folder = `${topic}-${partition}`;
    const place = this.#placeOf(folder);
    const turn = await this.#turn(place);
    const { granted } = place;
    const isSameTopic = granted?.topicId.equals(topicId) ?? false;
    if (granted !== undefined && isSameTopic && granted.leaderEpoch > leaderEpoch) {
      turn.end();
      return undefined;
    }
    try {
      await this.#bringHome(folder, nodeId);
    } catch (error) {
      turn.end();
      throw error;
    }
    place.granted = { topicId, leaderEpoch };
    return {
      left: isSameTopic ? place.left : undefined,
      release: (left) => {
        place.left = left;
        turn.end();
        if (left === undefined && place.free === turn.ended) this.#places.delete(folder);
      },
    };
  }

  async #turn(place: Place): Promise<{ readonly ended: Promise<void>; readonly end: () => void }> {
    const before = place.free;
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    place.free = ended;
    await before;
    return { ended, end };
  }

  #placeOf(folder: string): Place {
    const known = this.#places.get(folder);
    if (known !== undefined) return known;
    const place: Place = { granted: undefined, left: undefined, free: Promise.resolve() };
    this.#places.set(folder, place);
    return place;
  }

  async #bringHome(folder: string, nodeId: number): Promise<void> {
    const home = this.#directories.get(nodeId);
    if (home === undefined || this.#directories.size < 2) return;
    await bringHome(this.#storage, { home, directories: this.#directories, folder });
  }
}

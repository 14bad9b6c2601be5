import type { CompressionName } from "@moldau/protocol-codec";

/** Number of replicas that must have a batch before it counts as sent: none, the leader, or all that are in sync. */
export type Acks = 0 | 1 | "all";

/** What messages of one partition must have in common to share a batch. */
export interface Lane {
  readonly acks: Acks;
  readonly compression: CompressionName;
  /** Compression level, where the codec has levels; undefined for its default. */
  readonly compressionLevel: number | undefined;
  /** Whether the batch gets sequence numbers. */
  readonly isIdempotent: boolean;
  /** The transaction that the batch belongs to, by the producer's transactional id; null outside of one. */
  readonly transactionalId: string | null;
  /** Milliseconds from the call to the outcome. */
  readonly timeoutMs: number;
}

/** Whether batches of two lanes may stand in one request, which has one `acks` and one transactional id. */
export function shareRequests(one: Lane, other: Lane): boolean {
  return one.acks === other.acks && one.transactionalId === other.transactionalId;
}

const maxLanes = 1000;

/** The lanes of a producer, each once: two calls share batches when they got the same object. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #isIdempotent: boolean;
  readonly #compressionLevel: number | undefined;
  readonly #transactionalId: string | null;

  constructor({
    idempotent,
    compressionLevel,
    transactionalId = null,
  }: {
    readonly idempotent: boolean;
    readonly compressionLevel: number | undefined;
    readonly transactionalId?: string | null | undefined;
  }) {
    this.#transactionalId = transactionalId;
    this.#isIdempotent = idempotent;
    this.#compressionLevel = compressionLevel;
  }

  /** The lane for what a call asks for. Only batches that all replicas acknowledge are numbered (KIP-98). */
  lane({ acks, compression, timeoutMs }: Pick<Lane, "acks" | "compression" | "timeoutMs">): Lane {
    const name = `${acks}/${compression}/${timeoutMs}`;
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const isIdempotent = this.#isIdempotent && acks === "all";
    const compressionLevel = this.#compressionLevel;
    const transactionalId = this.#transactionalId;
    const created = { acks, compression, compressionLevel, isIdempotent, transactionalId, timeoutMs };
    // Calls that each bring a timeout of their own must not fill the memory; forgetting a lane only keeps batches apart.
    if (this.#lanes.size >= maxLanes) this.#lanes.clear();
    this.#lanes.set(name, created);
    return created;
  }
}

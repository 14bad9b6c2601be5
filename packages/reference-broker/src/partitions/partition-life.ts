import type { PartitionLog } from "../log/log.js";
import { freshProgress, withReplicaEnd, type ReplicaProgress } from "./replicas.js";

/**
 * What one broker is to a partition.
 *
 * ```
 *                lead              opened
 *   offline ───────────▶ opening ──────────▶ leader ◀─┐
 *      ▲                  │  │ failed          │  └───┘ lead (a later epoch), replicaAt
 *      │                  │  ▼                 │
 *      │◀──── resign ──── │ failed             │
 *      │        ▲         │  └─ lead ─▶ opening│
 *      │        └─ superseded                  │
 *      └─────────────── resign ────────────────┘
 *
 *   any of them ──remove──▶ removed
 * ```
 *
 * A follower would be one more state beside `leader`, with the same log and the leader that it reads from; `follow` leads to it from
 * wherever `lead` leads to `opening`. Nothing follows yet, since a partition has one replica.
 */
export type PartitionLife =
  /** Not this broker's to serve: it is led elsewhere, or by nobody. */
  | { readonly state: "offline" }
  /** This broker is to lead, and its log is being opened: a client finds nobody who leads here yet. */
  | { readonly state: "opening"; readonly leadership: Leadership }
  /** Takes records and gives them. */
  | {
      readonly state: "leader";
      readonly leadership: Leadership;
      readonly progress: ReplicaProgress;
      readonly log: PartitionLog;
    }
  /** This broker is to lead, and its storage did not let it open the log. */
  | { readonly state: "failed"; readonly leadership: Leadership }
  /** The topic is gone. */
  | { readonly state: "removed" };

/** Who leads with whom, as the metadata log says. */
export interface Leadership {
  readonly nodeId: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

/** What may happen between a broker and a partition. */
export type PartitionEvent =
  | { readonly type: "lead"; readonly leadership: Leadership }
  | { readonly type: "opened"; readonly log: PartitionLog }
  | { readonly type: "failed" }
  /** The log was not opened after all: another broker has it under a later epoch. */
  | { readonly type: "superseded" }
  /** Another replica told where its log ends. */
  | { readonly type: "replicaAt"; readonly nodeId: number; readonly end: bigint }
  | { readonly type: "resign" }
  | { readonly type: "remove" };

/** The life after an event. An event that means nothing in a state leaves it as it is. */
export function transition(life: PartitionLife, event: PartitionEvent): PartitionLife {
  if (life.state === "removed") return life;
  switch (event.type) {
    case "lead":
      return lead(life, event.leadership);
    case "opened":
      return life.state === "opening" ? begin(life.leadership, event.log) : life;
    case "failed":
      return life.state === "opening" ? { state: "failed", leadership: life.leadership } : life;
    case "superseded":
      return life.state === "opening" ? { state: "offline" } : life;
    case "replicaAt":
      return life.state === "leader"
        ? { ...life, progress: withReplicaEnd(life.progress, event.nodeId, event.end) }
        : life;
    case "resign":
      return { state: "offline" };
    case "remove":
      return { state: "removed" };
  }
}

/** A leader goes on under a later epoch with the log that it has; what it knew of the others counts no more. */
function lead(life: Exclude<PartitionLife, { state: "removed" }>, leadership: Leadership): PartitionLife {
  if (life.state !== "leader") return { state: "opening", leadership };
  const { leadership: before } = life;
  if (leadership.leaderEpoch < before.leaderEpoch) return life;
  return leadership.leaderEpoch > before.leaderEpoch
    ? begin(leadership, life.log)
    : { ...life, leadership, progress: { ...life.progress, replicas: leadership.replicas, isr: leadership.isr } };
}

function begin(leadership: Leadership, log: PartitionLog): PartitionLife {
  return { state: "leader", leadership, progress: freshProgress(leadership.nodeId, leadership), log };
}

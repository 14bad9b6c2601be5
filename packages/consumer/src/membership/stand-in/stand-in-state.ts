import type { LifeSign } from "./hand-over.js";

/*
 * What a worker does that stands in for a main thread whose event loop is blocked. It looks several times an interval:
 *
 *            repeat                    no breath for a while
 *    idle ───────────▶ watching ──────────────────────────────▶ repeating ◀─┐ due: a heartbeat, and its answer
 *      ▲                 ▲  ▲ ▲      a breath, or asked for it    │ │  └─────┘
 *      │                 │  │ └───────(once it is answered)───────┘ │
 *      │ nothing to      │  │                                      │ refused, or nothing asked for within maxPollIntervalMs
 *      │ repeat (always) │  └──────── a breath ──── silent ◀────────┘
 *      └─────────────────┘
 */

/** When the main thread did what, by the worker's own clock. */
interface Seen extends LifeSign {
  readonly breathedAt: number;
  readonly askedAt: number;
}

/** Where the worker stands; each state carries only what exists in it. */
export type StandInState =
  /** There is no membership to keep alive. */
  | { readonly name: "idle" }
  /** The main thread keeps it alive. */
  | { readonly name: "watching"; readonly seen: Seen }
  /** The worker does. `isAsked`: it is to stop as soon as the heartbeat under way has been answered. */
  | {
      readonly name: "repeating";
      readonly seen: Seen;
      readonly isUnderWay: boolean;
      readonly dueAt: number;
      readonly isAsked: boolean;
    }
  /** Nobody does, until the main thread breathes. */
  | { readonly name: "silent"; readonly seen: Seen };

/** What happens to the worker. */
export type StandInEvent =
  /** There is something to repeat, or nothing. */
  | { readonly type: "told"; readonly hasHeartbeat: boolean; readonly sign: LifeSign; readonly now: number }
  /** It is time to look at the main thread. */
  | { readonly type: "look"; readonly sign: LifeSign; readonly now: number }
  /** The main thread wants its turn. */
  | { readonly type: "asked"; readonly now: number }
  /** A heartbeat is over; `refused` when the coordinator does not want to hear more of it. */
  | { readonly type: "answered"; readonly refused: boolean };

/** What is to be done about it. */
export type StandInCommand =
  /** Take the turn from the main thread. */
  | "take"
  /** Send the heartbeat; answer with the event `answered`. */
  | "beat"
  /** Give the turn back, and say so. */
  | "giveBack";

/** What the worker goes by. */
export interface StandInLimits {
  /** Time without a breath after which the main thread counts as blocked, in milliseconds. */
  readonly patienceMs: number;
  /** Time from one heartbeat to the next, in milliseconds. */
  readonly intervalMs: number;
  /** Time without a request for more after which nothing is kept alive any longer, in milliseconds. */
  readonly maxPollIntervalMs: number;
}

/** The state after an event, and what has to be done. */
export type StandInTransition = readonly [state: StandInState, commands: readonly StandInCommand[]];

/** Where every worker begins. */
export const idle: StandInState = { name: "idle" };

/** Says what an event means in a state. */
export function transition(state: StandInState, event: StandInEvent, limits: StandInLimits): StandInTransition {
  switch (event.type) {
    case "told":
      return told(state, event);
    case "look":
      return look(state, event, limits);
    case "asked":
      // Whoever asks is alive.
      return state.name === "idle" ? [state, []] : breathes(state, { ...state.seen, breathedAt: event.now });
    case "answered":
      return answered(state, event.refused);
  }
}

function told(state: StandInState, { hasHeartbeat, sign, now }: StandInEvent & { type: "told" }): StandInTransition {
  if (hasHeartbeat)
    return state.name === "idle" ? [watching({ ...sign, breathedAt: now, askedAt: now }), []] : [state, []];
  return [idle, state.name === "repeating" ? ["giveBack"] : []];
}

function look(
  state: StandInState,
  { sign, now }: StandInEvent & { type: "look" },
  limits: StandInLimits,
): StandInTransition {
  if (state.name === "idle") return [state, []];
  const hasBreathed = sign.breath !== state.seen.breath;
  const seen = lookedAt(state.seen, { sign, now });
  if (hasBreathed) return breathes(state, seen);
  const isDead = now - seen.askedAt >= limits.maxPollIntervalMs;
  switch (state.name) {
    case "watching":
      if (now - seen.breathedAt < limits.patienceMs) return [{ name: "watching", seen }, []];
      if (isDead) return [{ name: "silent", seen }, []];
      return [
        { name: "repeating", seen, isUnderWay: true, dueAt: now + limits.intervalMs, isAsked: false },
        ["take", "beat"],
      ];
    case "repeating":
      if (state.isUnderWay) return [{ ...state, seen }, []];
      if (isDead) return [{ name: "silent", seen }, ["giveBack"]];
      if (now < state.dueAt) return [{ ...state, seen }, []];
      return [{ ...state, seen, isUnderWay: true, dueAt: now + limits.intervalMs }, ["beat"]];
    case "silent":
      return [{ name: "silent", seen }, []];
  }
}

/** A loop that is blocked asks for nothing, whatever it waited for when that began. */
function lookedAt(seen: Seen, { sign, now }: { readonly sign: LifeSign; readonly now: number }): Seen {
  const hasBreathed = sign.breath !== seen.breath;
  const hasAsked = sign.asked !== seen.asked || (hasBreathed && sign.isWaiting);
  return { ...sign, breathedAt: hasBreathed ? now : seen.breathedAt, askedAt: hasAsked ? now : seen.askedAt };
}

function breathes(state: Exclude<StandInState, { name: "idle" }>, seen: Seen): StandInTransition {
  if (state.name !== "repeating") return [watching(seen), []];
  return state.isUnderWay ? [{ ...state, seen, isAsked: true }, []] : [watching(seen), ["giveBack"]];
}

function answered(state: StandInState, refused: boolean): StandInTransition {
  if (state.name !== "repeating") return [state, []];
  if (state.isAsked) return [watching(state.seen), ["giveBack"]];
  return refused ? [{ name: "silent", seen: state.seen }, ["giveBack"]] : [{ ...state, isUnderWay: false }, []];
}

function watching(seen: Seen): StandInState {
  return { name: "watching", seen };
}

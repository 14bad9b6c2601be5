import type { KafkaError } from "@moldau/protocol-codec";
import type { CloseOptions } from "./call-options.js";

/*
 * The life of a consumer, from the first loop to close():
 *
 *              start                started           stuck, givenUp
 *      idle ──────────▶ starting ──────────▶ joined ──────────────▶ leaving ──┐
 *       ▲                  │                   │                       │      │ start (waits until it has left)
 *       │      failed      │      failed       │                 left  │      │
 *       ◀──────────────────┴───────────────────┘   ┌───────────────────┴──────┘
 *       ◀──────────────────────────────────────────┤ nobody wants to read
 *                                                  └──▶ starting
 *
 *      each of these ──close──▶ closing ──closed──▶ closed
 */

/** Where a consumer stands; each state carries only what exists in it. */
export type ConsumerLife =
  /** Not in the group: nobody has read yet, or the last attempt ended with an error. */
  | { readonly name: "idle" }
  /** The cluster is being connected to, and the topics found. */
  | { readonly name: "starting" }
  /** The membership has begun; what becomes of it is its own life. */
  | { readonly name: "joined" }
  /** The application was stuck, or the group cannot share out: what is done is committed, and the group left for others to go on. */
  | { readonly name: "leaving"; readonly isWanted: boolean }
  | { readonly name: "closing" }
  | { readonly name: "closed" };

/** What happens to a consumer. */
export type ConsumerLifeEvent =
  /** Somebody wants to read. */
  | { readonly type: "start" }
  | { readonly type: "started" }
  /** It cannot start, or its membership is over, for a reason that does not pass. */
  | { readonly type: "failed"; readonly error: KafkaError }
  /** The application asked for no more in time. */
  | { readonly type: "stuck"; readonly error: KafkaError }
  /** The group cannot share out. */
  | { readonly type: "givenUp"; readonly error: KafkaError }
  /** What {@link ConsumerLifeCommand} `leave` asked for has been done. */
  | { readonly type: "left" }
  | { readonly type: "close"; readonly options: Required<CloseOptions> }
  | { readonly type: "closed" };

/** What is to be done about it. */
export type ConsumerLifeCommand =
  /** Connect and find the topics; answer with the event `started` or `failed`. */
  | { readonly type: "begin" }
  /** Begin the membership. */
  | { readonly type: "join" }
  /** Tell those who wait for the start, or for the first assignment, that it fails. */
  | { readonly type: "refuse"; readonly error: KafkaError }
  /** Tell whoever reads, or reads next. */
  | { readonly type: "interrupt"; readonly error: KafkaError }
  /** Tell whoever reads: whoever reads next has nothing to do with it. */
  | { readonly type: "endLoop"; readonly error: KafkaError }
  /** Tell whoever listens. */
  | { readonly type: "tellFailed"; readonly error: KafkaError }
  /** Commit and leave the group; answer with the event `left`. */
  | { readonly type: "leave"; readonly reason: string }
  /** End everything; answer with the event `closed`. */
  | { readonly type: "shutDown"; readonly options: Required<CloseOptions> }
  /** Somebody wants it ended sooner. */
  | { readonly type: "hurry"; readonly options: Required<CloseOptions> }
  | { readonly type: "tellClosed" };

/** The state after an event, and what has to be done. */
export type ConsumerLifeTransition = readonly [life: ConsumerLife, commands: readonly ConsumerLifeCommand[]];

/** Where every consumer begins. */
export const initialLife: ConsumerLife = { name: "idle" };

/** Whether {@link ConsumerLifeEvent} `close` has come. */
export function isOver({ name }: ConsumerLife): boolean {
  return name === "closing" || name === "closed";
}

/** Says what an event means in a state. One that means nothing there (an answer that came too late) changes nothing. */
export function transition(life: ConsumerLife, event: ConsumerLifeEvent): ConsumerLifeTransition {
  switch (event.type) {
    case "start":
      return start(life);
    case "started":
      return life.name === "starting" ? [{ name: "joined" }, [{ type: "join" }]] : [life, []];
    case "failed":
      return fail(life, event.error);
    case "stuck":
      return life.name === "joined" ? leave(event.error, "endLoop") : [life, []];
    case "givenUp":
      return life.name === "joined" ? leave(event.error, "interrupt") : [life, []];
    case "left":
      if (life.name !== "leaving") return [life, []];
      return life.isWanted ? [{ name: "starting" }, [{ type: "begin" }]] : [{ name: "idle" }, []];
    case "close":
      return close(life, event.options);
    case "closed":
      return life.name === "closing" ? [{ name: "closed" }, [{ type: "tellClosed" }]] : [life, []];
  }
}

function close(life: ConsumerLife, options: Required<CloseOptions>): ConsumerLifeTransition {
  switch (life.name) {
    case "idle":
    case "starting":
    case "joined":
    case "leaving":
      return [{ name: "closing" }, [{ type: "shutDown", options }]];
    case "closing":
      return [life, [{ type: "hurry", options }]];
    case "closed":
      return [life, []];
  }
}

function start(life: ConsumerLife): ConsumerLifeTransition {
  switch (life.name) {
    case "idle":
      return [{ name: "starting" }, [{ type: "begin" }]];
    case "leaving":
      return [{ name: "leaving", isWanted: true }, []];
    case "starting":
    case "joined":
    case "closing":
    case "closed":
      return [life, []];
  }
}

function fail(life: ConsumerLife, error: KafkaError): ConsumerLifeTransition {
  switch (life.name) {
    case "starting":
      // Whoever began to read waits for the start, and hears of it there.
      return [
        { name: "idle" },
        [
          { type: "refuse", error },
          { type: "tellFailed", error },
        ],
      ];
    case "joined":
      return [
        { name: "idle" },
        [
          { type: "refuse", error },
          { type: "interrupt", error },
          { type: "tellFailed", error },
        ],
      ];
    case "idle":
    case "leaving":
    case "closing":
    case "closed":
      return [life, []];
  }
}

function leave(error: KafkaError, tellReader: "endLoop" | "interrupt"): ConsumerLifeTransition {
  return [
    { name: "leaving", isWanted: false },
    [
      { type: "leave", reason: error.message },
      { type: "refuse", error },
      { type: tellReader, error },
      { type: "tellFailed", error },
    ],
  ];
}

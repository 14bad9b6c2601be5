import { ErrorCode } from "@moldau/protocol-codec";
import { LogError } from "./log-error.js";

/**
 * The life of a log: it is open until its storage fails it, it is closed or it is deleted.
 *
 * ```
 *   open ──fail──▶ failed ──┐
 *    │                      ├─close──▶ closed (remembers a failure)
 *    ├──────────────────────┘
 *    └─delete (also from failed and closed)──▶ deleted
 * ```
 */
export type LogLife =
  | { readonly state: "open" }
  | { readonly state: "failed"; readonly error: LogError }
  | {
      readonly state: "closed";
      /** Why it was not left in a good state, if so. */ readonly failure: LogError | undefined;
    }
  | { readonly state: "deleted" };

/** What may happen to a log. */
export type LogLifeEvent =
  | { readonly type: "fail"; readonly error: LogError }
  | { readonly type: "close" }
  | { readonly type: "delete" };

/** The state after an event; events that do not concern a state leave it as it is. */
export function transition(life: LogLife, event: LogLifeEvent): LogLife {
  switch (event.type) {
    case "fail":
      return life.state === "open" ? { state: "failed", error: event.error } : life;
    case "close":
      if (life.state === "open") return { state: "closed", failure: undefined };
      return life.state === "failed" ? { state: "closed", failure: life.error } : life;
    case "delete":
      return { state: "deleted" };
  }
}

/** Why a log in this state takes no writes, or undefined when it does. */
export function refusesWrites(life: LogLife, name: string): LogError | undefined {
  if (life.state !== "failed") return refusesReads(life, name);
  return new LogError(
    ErrorCode.KAFKA_STORAGE_ERROR,
    `the log ${name} takes no writes since its storage failed: ${life.error.message}`,
    { cause: life.error },
  );
}

/** Why a log in this state cannot be read, or undefined when it can. A failed log still shows what was written before. */
export function refusesReads(life: LogLife, name: string): LogError | undefined {
  switch (life.state) {
    case "open":
    case "failed":
      return undefined;
    case "closed":
      return new LogError(ErrorCode.NOT_LEADER_OR_FOLLOWER, `the log ${name} is closed`);
    case "deleted":
      return new LogError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `the log ${name} was deleted`);
  }
}

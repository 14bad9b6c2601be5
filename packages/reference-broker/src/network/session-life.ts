/**
 * The life of a connection.
 *
 * ```
 * opened ──start──▶ idle ──request──▶ working ──answered──▶ idle
 *                                        │
 *                                        └──refuse──▶ leaving ──answered──▶ left
 *
 * any of them ──close──▶ closed
 * ```
 */
export type SessionLife =
  /** Connected, but the broker is not ready: nothing is read. */
  | { readonly state: "opened" }
  /** Reading; no request is being worked on. */
  | { readonly state: "idle" }
  /** A request is being worked on; those that come meanwhile wait. */
  | { readonly state: "working" }
  /** The answer under way is the last one: a login was refused. */
  | { readonly state: "leaving" }
  /** The last answer is out; the connection is closed when the client has taken it. */
  | { readonly state: "left" }
  /** `reason` is undefined when that was an orderly end. */
  | { readonly state: "closed"; readonly reason: unknown };

/** What happens to a connection. */
export type SessionEvent =
  | { readonly type: "start" }
  | { readonly type: "request" }
  | { readonly type: "answered" }
  | { readonly type: "refuse" }
  | { readonly type: "close"; readonly reason: unknown };

/** The life after an event. An event that means nothing in a state leaves it as it is. */
export function transition(life: SessionLife, event: SessionEvent): SessionLife {
  if (life.state === "closed") return life;
  switch (event.type) {
    case "start":
      return life.state === "opened" ? { state: "idle" } : life;
    case "request":
      return life.state === "idle" ? { state: "working" } : life;
    case "answered":
      if (life.state === "working") return { state: "idle" };
      return life.state === "leaving" ? { state: "left" } : life;
    case "refuse":
      return life.state === "working" ? { state: "leaving" } : life;
    case "close":
      return { state: "closed", reason: event.reason };
  }
}

import type { KafkaError } from "@moldau/protocol-codec";
import type { BrokerVersions } from "./api-versions.js";

/**
 * The life of a connection. Each state carries what exists in it and nothing else.
 *
 * ```
 * connecting ──opened──▶ negotiating ──negotiated──▶ authenticating ──authenticated──▶ ready
 *     │                       │   └──(no login)──────────────│──────────────────────────▲ │
 *     │                       │                              ▲──────sessionExpiring─────┼─┘
 *     │                       ▼                              ▼                          ▼
 *     └───────────────────failed───────────────────────────▶ closing ──socketClosed──▶ closed
 * ```
 */
export type ConnectionState =
  | { readonly name: "connecting" }
  | { readonly name: "negotiating" }
  | {
      readonly name: "authenticating";
      readonly versions: BrokerVersions;
      /** Whether it has been ready before and only renews its login. */ readonly again: boolean;
    }
  | { readonly name: "ready"; readonly versions: BrokerVersions }
  | { readonly name: "closing"; readonly error: KafkaError }
  | { readonly name: "closed"; readonly error: KafkaError };

/** What can happen to a connection. */
export type ConnectionEvent =
  | { readonly type: "opened" }
  | {
      readonly type: "negotiated";
      readonly versions: BrokerVersions;
      /** Whether a login has to follow. */ readonly login: boolean;
    }
  | { readonly type: "authenticated" }
  /** The broker will soon end the session unless the client logs in again (KIP-368). */
  | { readonly type: "sessionExpiring" }
  /** Something went wrong, or somebody wants it closed. */
  | { readonly type: "failed"; readonly error: KafkaError }
  | { readonly type: "socketClosed"; readonly error: KafkaError };

/** What the connection has to do about it. */
export type ConnectionCommand =
  /** Ask for the broker's versions. */
  | "negotiate"
  /** Log in; what is in flight is waited for, and new requests wait. */
  | "login"
  /** Tell those who wait for it, and write the requests that wait. */
  | "serve"
  /** Fail everything that waits or is in flight. */
  | "failRequests"
  | "destroySocket"
  /** Tell everybody that it is over. */
  | "announceClosed";

/** The next state, and what to do on the way. */
export interface Transition {
  readonly state: ConnectionState;
  readonly commands: readonly ConnectionCommand[];
}

/** Where an event leads. Events that come too late to matter leave the state as it is. */
export function transition(state: ConnectionState, event: ConnectionEvent): Transition {
  switch (event.type) {
    case "opened":
      return state.name === "connecting" ? { state: { name: "negotiating" }, commands: ["negotiate"] } : stay(state);
    case "negotiated":
      if (state.name !== "negotiating") return stay(state);
      if (event.login)
        return { state: { name: "authenticating", versions: event.versions, again: false }, commands: ["login"] };
      return { state: { name: "ready", versions: event.versions }, commands: ["serve"] };
    case "authenticated":
      return state.name === "authenticating"
        ? { state: { name: "ready", versions: state.versions }, commands: ["serve"] }
        : stay(state);
    case "sessionExpiring":
      return state.name === "ready"
        ? { state: { name: "authenticating", versions: state.versions, again: true }, commands: ["login"] }
        : stay(state);
    case "failed":
      if (state.name === "closing" || state.name === "closed") return stay(state);
      return { state: { name: "closing", error: event.error }, commands: ["failRequests", "destroySocket"] };
    case "socketClosed":
      if (state.name === "closed") return stay(state);
      if (state.name === "closing")
        return { state: { name: "closed", error: state.error }, commands: ["announceClosed"] };
      return { state: { name: "closed", error: event.error }, commands: ["failRequests", "announceClosed"] };
  }
}

function stay(state: ConnectionState): Transition {
  return { state, commands: [] };
}

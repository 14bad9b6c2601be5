import type { BrokerNode } from "../cluster/node.js";
import type { BrokerEvents } from "../events.js";
import { continueLogin, type LoginStep } from "../security/authentication.js";
import { SaslFailure } from "../security/sasl.js";
import type { Session } from "./session.js";

/**
 * Takes the next token of a login that a handshake began, and tells those who listen how it ended. Rejects with {@link SaslFailure} when it
 * is refused.
 */
export async function takeLoginToken(
  session: Session,
  token: Buffer,
  { nodeId, clock, events }: Pick<BrokerNode, "nodeId" | "clock" | "events">,
): Promise<LoginStep> {
  const { authentication, id: connection, listener } = session;
  if (authentication.kind !== "exchanging") throw new Error("a login token outside a login");
  const facts = { broker: nodeId, connection, listener, mechanism: authentication.mechanism };
  try {
    const step = await continueLogin(authentication, token, clock.monotonic());
    session.authentication = step.authentication;
    if (step.authentication.kind === "authenticated")
      events.loggedIn({ ...facts, username: step.authentication.username });
    return step;
  } catch (error) {
    if (error instanceof SaslFailure) events.loginRefused({ ...facts, reason: error.message });
    throw error;
  }
}

/** Tells those who listen that a client named a mechanism that is not offered. */
export function tellMechanismRefused(
  { id: connection, listener }: Session,
  { mechanism, offered }: { readonly mechanism: string; readonly offered: readonly string[] },
  { nodeId, events }: { readonly nodeId: number; readonly events: BrokerEvents },
): void {
  const reason = `the mechanism is not offered, but ${offered.join(", ")}`;
  events.loginRefused({ broker: nodeId, connection, listener, mechanism, reason });
}

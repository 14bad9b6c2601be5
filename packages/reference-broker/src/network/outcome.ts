/** What a handler returns when no answer goes out: a Produce with acks 0 that succeeded. */
export const noResponse: unique symbol = Symbol("no response");

/** See {@link noResponse}. */
export type NoResponse = typeof noResponse;

/** What a handler returns when the connection is to be closed instead of an answer: a Produce with acks 0 that failed. */
export const closeConnection: unique symbol = Symbol("close connection");

/** See {@link closeConnection}. */
export type CloseConnection = typeof closeConnection;

/** What comes out of a handler: an answer's body, or one of the two ways of not answering. */
export type Outcome<Body> = Body | NoResponse | CloseConnection;

/** The body to send, or undefined when nothing is. */
export function bodyOf<Body>(outcome: Outcome<Body>): Body | undefined {
  return outcome === noResponse || outcome === closeConnection ? undefined : outcome;
}

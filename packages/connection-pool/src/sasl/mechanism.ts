/** What a mechanism may want to know about the connection that it logs in on. */
export interface SaslContext {
  /** The host that the connection was opened to. */
  readonly host: string;
}

/**
 * One way to log in. Bring your own by implementing it: `PLAIN`, `SCRAM-SHA-256` and `SCRAM-SHA-512` are built in.
 */
export interface SaslMechanism {
  /** The name that SaslHandshake carries, such as `OAUTHBEARER`. */
  readonly name: string;
  /**
   * Holds the conversation of one login: each `yield` sends a message and gives the server's answer to it. It returns when the mechanism is
   * content with the server, and throws when it is not.
   */
  converse(context: SaslContext): AsyncGenerator<Buffer, void, Buffer>;
}

/** One step of a SASL exchange on the server's side: the bytes to send, and who the client is once that is proved. */
export type SaslStep =
  | { readonly done: false; readonly challenge: Buffer }
  | { readonly done: true; readonly challenge: Buffer; readonly username: string };

/** A SASL exchange under way, for one login. */
export interface SaslExchange {
  /** Takes the client's next token. Rejects with {@link SaslFailure} when the login is refused. */
  step(token: Buffer): Promise<SaslStep>;
}

/** One way of logging in. */
export interface SaslMechanism {
  /** Kafka's name of it, such as `SCRAM-SHA-256`. */
  readonly name: string;
  /** Begins a login. */
  begin(): SaslExchange;
}

/** A login that was refused; the message is what the client gets to read. */
export class SaslFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SaslFailure";
  }
}

/** One connection of a client as handlers see it. */
export interface Session {
  /** Unique in the broker's life, for request logs and fault rules. */
  readonly id: number;
  /** The name of the listener that the client came in by: advertised addresses depend on it. */
  readonly listener: string;
  /** The client's address as Kafka prints it: `/127.0.0.1`. */
  readonly clientHost: string;
  /** Aborted when the connection is closed. */
  readonly signal: AbortSignal;
}

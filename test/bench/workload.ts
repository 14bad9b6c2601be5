/** One run of one client: what it does, and every setting that the figures depend on. */
export interface Workload {
  readonly direction: "produce" | "consume" | "transact";
  readonly brokers: string;
  readonly topic: string;
  readonly partitions: number;
  /** Messages that are counted; as many as `warmUpMessages` go before them, uncounted. */
  readonly messages: number;
  readonly warmUpMessages: number;
  readonly messageBytes: number;
  /** Whether the application takes what it reads message by message, where a client can do that. Default: batch by batch. */
  readonly byMessage?: boolean;
  /** Which messages are read. Default: each client's own. */
  readonly isolationLevel?: "read_committed" | "read_uncommitted";
  /** Messages in one call of `send`, and in one transaction. */
  readonly callMessages: number;
  /** Calls of `send` of one producer under way at a time. */
  readonly concurrentCalls: number;
  /** Producers in the process, each with calls of its own. Default: 1. */
  readonly producers?: number;
  /** Whether one more short request is made after each call of `send`, which is what an end of a transaction is at least. Default: false. */
  readonly roundTrips?: boolean;
  readonly acks: -1 | 0 | 1;
  readonly lingerMs: number;
  readonly batchBytes: number;
  /**
   * Whether the longest delay of the event loop is watched, which has the process wake up every millisecond: who waits longer, as for answers
   * of a coordinator, pays for that with CPU time. Default: true.
   */
  readonly watchesDelays?: boolean;
  /** Requests on their way to one broker at a time. */
  readonly inFlight: number;
}

/** The settings that comparisons share: calls of 1,000 messages, four at a time, into three partitions. */
export const standardWorkload = {
  partitions: 3,
  messageBytes: 100,
  callMessages: 1_000,
  concurrentCalls: 4,
  acks: -1,
  lingerMs: 0,
  batchBytes: 1_000_000,
  inFlight: 5,
} as const;

/** What one run of one client cost. */
export interface Cost {
  readonly messages: number;
  readonly seconds: number;
  /** User and system time of the whole process, all threads. */
  readonly cpuMicros: number;
  /** The longest time that the event loop kept a timer waiting; 0 where nobody watched. */
  readonly longestDelayMs: number;
  readonly residentMiB: number;
  /** How long commits of transactions took: the median, and what all but one in a hundred stayed under. */
  readonly commitMs?: { readonly p50: number; readonly p99: number };
}

/** One client: sends or reads so many messages; connecting and leaving are not counted. */
export interface BenchedClient {
  readonly name: string;
  produce(workload: Workload, measure: Measure): Promise<void>;
  consume(workload: Workload, measure: Measure): Promise<void>;
  /** Each producer sends in transactions, one after the other, each of one call of `send` that is waited for. Left out: it has none. */
  transact?(workload: Workload, measure: Measure): Promise<void>;
}

/** Says where the counted part begins and ends. */
export interface Measure {
  start(): void;
  stop(): void;
  /** Says how long a commit took; what is said before the counted part is not counted. */
  committed(ms: number): void;
}

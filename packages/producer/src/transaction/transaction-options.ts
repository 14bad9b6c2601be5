import { invalidState, isPlainObject, OptionReader } from "@moldau/connection-pool";

/** A consumer whose messages a transaction is made from, as far as a transaction has to know it. */
export interface TransactionConsumer {
  readonly options: {
    /** Whether it commits by itself what it has handed out; then it cannot go back with a transaction. */
    readonly autoCommit: boolean;
  };
  /** Takes reading back to what was committed last, and drops what was fetched ahead; never rejects. */
  takeBack(): Promise<void>;
}

/** How a transaction is begun. */
export interface TransactionOptions {
  /**
   * Gives up waiting for the turn or for the coordinator, with CLIENT_ABORTED; of a transaction that is open by then, it turns the commit into an
   * abort. It does not end the body, which may listen to the same signal. Default: none.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * The consumer, or consumers, whose messages the transaction is made from: whenever it comes to nothing, also before `tx.sendOffsets` or before it
   * was begun, they go back to what was committed, and read the same again. Not for those that commit by themselves. Default: none.
   */
  readonly consumer?: TransactionConsumer | readonly TransactionConsumer[] | undefined;
}

/** {@link TransactionOptions}, checked. */
export interface ResolvedTransactionOptions {
  readonly signal: AbortSignal | undefined;
  readonly consumers: readonly TransactionConsumer[];
}

/** Checks the options of the call `name`. @throws {KafkaError} CLIENT_INVALID_ARGUMENT; CLIENT_INVALID_STATE for a consumer that commits by itself. */
export function readTransactionOptions(name: string, options: TransactionOptions): ResolvedTransactionOptions {
  const read = new OptionReader<TransactionOptions>(`${name} options`, options);
  const signal = read.signal("signal");
  const consumers = read.custom("consumer", "a consumer of this client, or an array of them", asConsumers, {
    default: [],
  });
  read.done();
  const offender = consumers.find(({ options: { autoCommit } }) => autoCommit);
  if (offender === undefined) return { signal, consumers };
  throw invalidState(
    `${name}: the consumer commits by itself what it has handed out, whatever becomes of a transaction: make it with autoCommit: false.`,
    { written: false },
  );
}

function asConsumers(value: unknown): readonly TransactionConsumer[] | undefined {
  const consumers: readonly unknown[] = Array.isArray(value) ? value : [value];
  return consumers.every(isConsumer) ? consumers : undefined;
}

function isConsumer(value: unknown): value is TransactionConsumer {
  if (!isPlainObject(value) || typeof Reflect.get(value, "takeBack") !== "function") return false;
  const options: unknown = Reflect.get(value, "options");
  return isPlainObject(options) && typeof Reflect.get(options, "autoCommit") === "boolean";
}

import { Backoff, sleep, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { ErrorCode, KafkaError } from "@moldau/protocol-codec";
import { unanswered } from "./arguments.js";

/** What one of several things came to. */
export interface ItemResult {
  /** Why it failed; absent when it succeeded. */
  readonly error?: KafkaError;
}

/** How an operation on several things is repeated for those that were only refused for the moment. */
export interface Repeat<Item, Result extends ItemResult> extends OperationOptions {
  /** Tries the items given, and gives one result for each in the same order. */
  readonly attempt: (items: readonly Item[], timeoutMs: number) => Promise<readonly Result[]>;
  /** Makes the result of an item of which an error is all that is known. */
  readonly failed: (item: Item, error: KafkaError) => Result;
  /** Kafka's error numbers that say that nothing was done, and that trying again may help. */
  readonly temporary: ReadonlySet<number>;
  /** Called before another attempt, to learn who to ask. */
  readonly beforeAgain?: () => Promise<void>;
}

/**
 * Makes an operation on several things, again for those that were refused for the moment, until the time is over.
 *
 * @throws {KafkaError} what the attempt throws; CLIENT_ABORTED.
 */
export async function repeat<Item, Result extends ItemResult>(
  cluster: Cluster,
  items: readonly Item[],
  {
    attempt,
    failed,
    temporary,
    beforeAgain,
    signal,
    timeoutMs = cluster.options.requestTimeoutMs,
  }: Repeat<Item, Result>,
): Promise<readonly Result[]> {
  const deadline = cluster.clock.monotonic() + timeoutMs;
  const backoff = new Backoff(cluster.options.retry, cluster.random);
  const results = new Map<Item, Result>();
  const gather = async (open: readonly Item[]): Promise<readonly Item[]> => {
    const answers = await attempt(open, Math.max(1, deadline - cluster.clock.monotonic()));
    open.forEach((item, index) => results.set(item, answers[index] ?? failed(item, unanswered({}))));
    return open.filter((item) => temporary.has(results.get(item)?.error?.errorCode ?? ErrorCode.NONE));
  };
  let open = await gather(items);
  for (
    let waitMs = backoff.next();
    open.length > 0 && cluster.clock.monotonic() + waitMs < deadline;
    waitMs = backoff.next()
  ) {
    await sleep(cluster.clock, waitMs, signal);
    try {
      await beforeAgain?.();
      open = await gather(open);
    } catch (error) {
      // The others have succeeded, and their results must not be lost with this error.
      if (!(error instanceof KafkaError)) throw error;
      for (const item of open) results.set(item, failed(item, error));
      break;
    }
  }
  return items.map((item) => results.get(item) ?? failed(item, unanswered({})));
}

/** The refusals that any operation on the controller may meet: nothing was done, and another moment or another broker may do it. */
export const controllerRefusals: ReadonlySet<number> = new Set([
  ErrorCode.NOT_CONTROLLER,
  ErrorCode.THROTTLING_QUOTA_EXCEEDED,
]);

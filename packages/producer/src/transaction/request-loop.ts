import {
  asKafkaError,
  Backoff,
  ClientErrorCode,
  gaveUp,
  isConnectionFailure,
  sleep,
  type AttemptPace,
} from "@moldau/connection-pool";
import { ErrorCode, type KafkaError } from "@moldau/protocol-codec";
import { ruleOf, type TransactionalApi } from "./error-rules.js";

/** What a request to a coordinator comes to. */
export type Reply<Value> = Doubts & ({ readonly action: "done"; readonly value: Value } | Refusal);

/** Why there is no result: the transaction is to be aborted, the producer is to stop, or nothing was found out in time. */
export interface Refusal extends Doubts {
  readonly action: "abort" | "stop" | "late";
  readonly error: KafkaError;
}

/** What the attempts at a request left open. */
export interface Doubts {
  /** Whether an attempt may still arrive at the coordinator: no answer came to it. */
  readonly mayArrive: boolean;
  /** Whether an attempt that did not succeed may have had its effect all the same. */
  readonly mayHold: boolean;
}

/** How a request is repeated. */
export interface LoopOptions {
  readonly api: TransactionalApi;
  readonly pace: AttemptPace;
  /** When the last attempt may begin, in monotonic milliseconds. */
  readonly deadline: number;
  /** Each of them ends the attempts. */
  readonly signals: readonly AbortSignal[];
  /** Whether it is the abort that is asked for: that only an abort is possible is then no reason to stop asking. */
  readonly isAbort?: boolean | undefined;
  /** Hears of every failure after which another attempt is made. */
  readonly retrying: (error: KafkaError, delayMs: number) => void;
}

/** Answers that come before the coordinator changes anything: the request has had no effect. */
const withoutEffect: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
]);

/** Makes a request until the {@link ruleOf rules} say that no repetition helps, or the time is over. Never rejects. */
export async function requestUntilRuled<Value>(
  work: (timeLeftMs: number) => Promise<Value>,
  { api, pace, deadline, signals, isAbort = false, retrying }: LoopOptions,
): Promise<Reply<Value>> {
  const { clock } = pace;
  let pauses: Pauses | undefined;
  const doubts = { mayArrive: false, mayHold: false };
  for (;;) {
    try {
      const value = await work(Math.max(1, deadline - clock.monotonic()));
      return { action: "done", value, ...doubts };
    } catch (thrown) {
      const error = asKafkaError(thrown);
      note(doubts, error);
      const mustRepeat = isAbort && error.errorCode === ErrorCode.TRANSACTION_ABORTABLE;
      const rule = mustRepeat ? again : ruleFor(api, error);
      if (rule.action !== "repeat") return { action: rule.action, error, ...doubts };
      pauses ??= pausesOf(pace);
      const delayMs = (rule.isSoon ? pauses.short : pauses.usual).next();
      if (signals.some(({ aborted }) => aborted) || clock.monotonic() + delayMs >= deadline)
        return { action: "late", error: gaveUp(`${api} did not succeed in time`, error), ...doubts };
      retrying(error, delayMs);
      // A signal ends the pause; there is one more attempt then, which is the last.
      await sleep(clock, delayMs, ...signals).catch(() => undefined);
    }
  }
}

const again = { action: "repeat", isSoon: false } as const;

/** The waits between the attempts at one request; most requests need none. */
interface Pauses {
  readonly usual: Backoff;
  readonly short: Backoff;
}

/** Java's pause for the coordinator that still completes the transaction before. */
const shortPauseMs = 20;

function pausesOf({ random, retry }: AttemptPace): Pauses {
  const initialDelayMs = Math.min(shortPauseMs, retry.initialDelayMs);
  return { usual: new Backoff(retry, random), short: new Backoff({ ...retry, initialDelayMs }, random) };
}

function note(doubts: { mayArrive: boolean; mayHold: boolean }, { errorCode, written }: KafkaError): void {
  if (errorCode === undefined) {
    if (written === false) return;
    doubts.mayArrive = true;
    doubts.mayHold = true;
  } else if (!withoutEffect.has(errorCode) && isOpenEnded(errorCode)) doubts.mayHold = true;
}

/** Whether an answer leaves open that the coordinator's log has the change: the replicas may have taken it after all. */
function isOpenEnded(errorCode: number): boolean {
  const codes: readonly number[] = [
    ErrorCode.UNKNOWN_SERVER_ERROR,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_COORDINATOR,
    ErrorCode.REQUEST_TIMED_OUT,
    ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
    ErrorCode.KAFKA_STORAGE_ERROR,
  ];
  return codes.includes(errorCode);
}

/** What a failure means: by the broker's error, or, where there is none, by whether it may pass. */
function ruleFor(
  api: TransactionalApi,
  error: KafkaError,
): { readonly action: "repeat"; readonly isSoon: boolean } | { readonly action: "abort" | "stop" | "late" } {
  const { errorCode, apiName, code, retriable } = error;
  if (errorCode !== undefined) {
    const rule = ruleOf(apiName === "FindCoordinator" ? "FindCoordinator" : api, errorCode);
    return rule.action === "repeat" ? { action: "repeat", isSoon: rule.soon === true } : { action: rule.action };
  }
  const isOver = code === ClientErrorCode.ABORTED || code === ClientErrorCode.CLOSED;
  const mayPass = !isOver && (retriable || isConnectionFailure(error));
  return mayPass ? again : { action: "late" };
}

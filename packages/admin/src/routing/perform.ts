import {
  attempt,
  brokerError,
  isConnectionFailure,
  waitFor,
  type Cluster,
  type OperationOptions,
} from "@moldau/connection-pool";
import {
  ErrorCode,
  type Fields,
  type KafkaError,
  type KafkaErrorFacts,
  type StructIn,
  type StructOut,
} from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import type { ItemAnswer, ItemOperation } from "./item-operation.js";
import { throwIfRefused, unanswered, type ItemResult } from "./item-result.js";
import { newsMs } from "./news.js";
import { failureOfOne } from "./route.js";

/**
 * Carries out an operation on several items: finds the brokers, asks each once for all of its items, and asks again, with back-off, for
 * those that were only refused for the moment, until the time is over. The results stand in the order of the items.
 *
 * @throws {KafkaError} (the function returned) when no broker could be asked about any of the items; CLIENT_ABORTED, CLIENT_CLOSED.
 */
export function perform<
  Item,
  Req extends Fields,
  Res extends Fields,
  Answer extends ItemAnswer,
  Result extends ItemResult,
>(
  operation: ItemOperation<Item, Req, Res, Answer, Result>,
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly Result[]> {
  return async (cluster, { signal, timeoutMs = cluster.options.requestTimeoutMs }) => {
    const { clock, options: pace } = cluster;
    const deadline = clock.monotonic() + timeoutMs;
    const rounds = new Rounds(cluster, operation);
    const round = (): Promise<void> => rounds.ask({ signal, timeoutMs: Math.max(1, deadline - clock.monotonic()) });
    try {
      await attempt(round, { pace, signals: [signal], deadline, mayRepeat: (error) => error === rounds.refusal });
    } catch (error) {
      // What was refused to the end stands in the results.
      if (error !== rounds.refusal) throw error;
    }
    return rounds.results();
  };
}

/** What became of an item, the last time it was asked for; there is none when the answer left it out. */
type Outcome<Answer> =
  | { readonly kind: "answered"; readonly answer: Answer; readonly node: number | undefined }
  /** Looking for its broker has shown that there is nothing to ask, or nobody. */
  | { readonly kind: "failed"; readonly error: KafkaError }
  /** Its broker could not be asked, or refused the request as a whole. */
  | { readonly kind: "unasked"; readonly error: KafkaError };

/** The rounds of one operation: each asks for the items that are still open. */
class Rounds<Item, Req extends Fields, Res extends Fields, Answer extends ItemAnswer, Result extends ItemResult> {
  readonly #cluster: Cluster;
  readonly #operation: ItemOperation<Item, Req, Res, Answer, Result>;
  readonly #outcomes = new Map<Item, Outcome<Answer>>();
  /** Until when bad news is doubted, in monotonic milliseconds. */
  readonly #doubtUntil: number;
  #open: readonly Item[];
  #refusal: KafkaError | undefined;

  constructor(cluster: Cluster, operation: ItemOperation<Item, Req, Res, Answer, Result>) {
    this.#cluster = cluster;
    this.#operation = operation;
    this.#open = operation.items;
    this.#doubtUntil = cluster.clock.monotonic() + newsMs;
  }

  /** Why asking again may help with some of it; undefined when nothing is open. */
  get refusal(): KafkaError | undefined {
    return this.#refusal;
  }

  /** Asks for all that is open. @throws {KafkaError} the {@link refusal}, when something still is; what ends the whole operation. */
  async ask(wait: OperationOptions): Promise<void> {
    try {
      const { byNode, lost } = await this.#operation.route.find(this.#cluster, this.#open, wait);
      for (const [item, error] of lost) this.#outcomes.set(item, { kind: isOf(error) ? "failed" : "unasked", error });
      await Promise.all([...byNode].map(([node, items]) => this.#askOne(node, items, wait)));
    } catch (error) {
      this.#fail(this.#open, failureOfOne(error));
    }
    this.#open = this.#open.filter((item) => this.#mayHelp(this.#outcomes.get(item)));
    const [first] = this.#open;
    this.#refusal = first === undefined ? undefined : this.#errorOf(first, this.#outcomes.get(first));
    if (this.#refusal === undefined) return;
    await this.#forget(wait, this.#refusal);
    throw this.#refusal;
  }

  /** The results. @throws {KafkaError} the first failure when no broker could be asked about any item. */
  results(): readonly Result[] {
    const outcomes = this.#operation.items.map((item) => this.#outcomes.get(item));
    const [first] = outcomes;
    if (first?.kind === "unasked" && outcomes.every((outcome) => outcome?.kind === "unasked")) throw first.error;
    return this.#operation.items.map((item) => withJson(this.#resultOf(item)));
  }

  async #askOne(node: number | undefined, items: readonly Item[], wait: OperationOptions): Promise<void> {
    try {
      const others = await this.#exchange(node, items, wait);
      await Promise.all(others.map((portion) => this.#askOne(node, portion, wait)));
    } catch (error) {
      this.#fail(items, failureOfOne(error));
    }
  }

  /** Makes one request for as many items as it can carry, and takes the answer; gives back the others, in portions that requests can carry. */
  async #exchange(
    node: number | undefined,
    items: readonly Item[],
    wait: OperationOptions,
  ): Promise<readonly (readonly Item[])[]> {
    const operation = this.#operation;
    const { api, repeatable, maxVersion } = operation;
    const { timeoutMs = this.#cluster.options.requestTimeoutMs } = wait;
    let fitting = items.length;
    const body = (version: number): StructIn<Req> => {
      fitting = operation.itemsPerRequest?.(version) ?? items.length;
      return operation.question(items.slice(0, fitting), { version, timeoutMs });
    };
    const response = await this.#cluster.requestOnce(api, body, { ...wait, node, repeatable, maxVersion });
    const whole = operation.whole?.(response);
    if (whole) throwIfRefused(api, whole, operation.wholeFacts);
    this.#take(items.slice(0, fitting), response, node);
    const portions = Math.ceil(items.length / fitting) - 1;
    return Array.from({ length: portions }, (_, index) => items.slice((index + 1) * fitting, (index + 2) * fitting));
  }

  #take(items: readonly Item[], response: StructOut<Res>, node: number | undefined): void {
    const said = new Map(this.#operation.answers(response, items));
    for (const item of items) {
      const answer = said.get(this.#operation.keyOf(item));
      if (answer) this.#outcomes.set(item, { kind: "answered", answer, node });
      else this.#outcomes.delete(item);
    }
  }

  #fail(items: readonly Item[], error: KafkaError): void {
    for (const item of items) this.#outcomes.set(item, { kind: "unasked", error });
  }

  /** Whether nothing was done about an item, or doing it twice does no harm, and another attempt may succeed. */
  #mayHelp(outcome: Outcome<Answer> | undefined): boolean {
    if (outcome === undefined) return false;
    if (outcome.kind === "answered") return this.#isRefusal(outcome.answer.errorCode);
    const { error } = outcome;
    if (error.errorCode !== undefined) return this.#isRefusal(error.errorCode);
    return isConnectionFailure(error) && (this.#operation.repeatable || error.written === false);
  }

  #isRefusal(errorCode: number): boolean {
    const { route, refusals, doubts } = this.#operation;
    if (doubts?.has(errorCode) === true) return this.#cluster.clock.monotonic() < this.#doubtUntil;
    return (
      errorCode === ErrorCode.THROTTLING_QUOTA_EXCEEDED ||
      route.refusals.has(errorCode) ||
      refusals?.has(errorCode) === true
    );
  }

  /** What cannot be learnt anew now is learnt in the next round, or is what that round fails with. */
  async #forget(wait: OperationOptions, refusal: KafkaError): Promise<void> {
    const { route } = this.#operation;
    try {
      const learnt = Promise.resolve(route.forget(this.#cluster, this.#open));
      await waitFor(learnt, { ...wait, clock: this.#cluster.clock, late: () => refusal });
    } catch (error) {
      failureOfOne(error);
    }
  }

  #resultOf(item: Item): Result {
    const outcome = this.#outcomes.get(item);
    if (outcome?.kind !== "answered") return this.#operation.failed(item, this.#errorOf(item, outcome));
    const { answer, node } = outcome;
    if (answer.errorCode === ErrorCode.NONE) return this.#operation.succeeded(item, answer, node);
    return this.#operation.failed(item, this.#errorOf(item, outcome), answer);
  }

  #errorOf(item: Item, outcome: Outcome<Answer> | undefined): KafkaError {
    if (outcome === undefined) return unanswered(this.#factsOf(item));
    if (outcome.kind !== "answered") return outcome.error;
    return brokerError(outcome.answer.errorCode, this.#factsOf(item), outcome.answer.errorMessage);
  }

  #factsOf(item: Item): KafkaErrorFacts {
    const { key: apiKey, name: apiName } = this.#operation.api;
    return { ...this.#operation.factsOf(item), apiKey, apiName };
  }
}

/** Whether it is about the item itself, as opposed to a lost connection or a refused login, which concern all of them. */
function isOf({ errorCode, groupId, transactionalId, topic }: KafkaError): boolean {
  if (errorCode === ErrorCode.BROKER_ID_NOT_REGISTERED) return true;
  return errorCode !== undefined && (groupId ?? transactionalId ?? topic) !== undefined;
}

import {
  ErrorCode,
  FindCoordinator,
  KafkaError,
  kafkaError,
  type FindCoordinatorResponse,
} from "@moldau/protocol-codec";
import { isAddress } from "../addresses.js";
import type { ResolvedClusterOptions } from "./cluster-options.js";
import { because, protocolViolation, timedOut } from "../errors.js";
import type { BrokerAddress, ConnectionPool } from "./pool.js";
import type { OperationOptions, Requester } from "./requester.js";
import { attempt } from "../attempts/attempt.js";
import { waitFor } from "../attempts/wait.js";

/** What a coordinator coordinates. */
export type CoordinatorType = "group" | "transaction";

/** Finds coordinators and remembers a bounded number of them; those who look for the same one at a time share the search. */
export class Coordinators {
  readonly #requester: Requester;
  readonly #pool: ConnectionPool;
  readonly #options: ResolvedClusterOptions;
  readonly #found = new Map<string, number>();
  readonly #searches = new Map<string, Promise<number>>();
  /** Why searches that are under way had to be repeated. */
  readonly #failures = new Map<string, KafkaError>();

  constructor(requester: Requester, pool: ConnectionPool, options: ResolvedClusterOptions) {
    this.#requester = requester;
    this.#pool = pool;
    this.#options = options;
  }

  /**
   * The node id of the coordinator, looked up when it is not known.
   *
   * @throws {KafkaError} what the broker said when it is final, or when the time is over; CLIENT_ABORTED.
   */
  async find(
    type: CoordinatorType,
    key: string,
    { signal, timeoutMs = this.#options.requestTimeoutMs }: OperationOptions,
  ): Promise<number> {
    const name = `${type}:${key}`;
    const known = this.#found.get(name);
    if (known !== undefined && this.#pool.knows(known)) return known;
    const { clock } = this.#options;
    const deadline = clock.monotonic() + timeoutMs;
    const late = (): KafkaError =>
      timedOut(
        because(
          `The coordinator of the ${type} "${key}" was not found within ${timeoutMs} ms`,
          this.#failures.get(name),
        ),
        { ...factsOf(type, key), cause: this.#failures.get(name) },
      );
    const joined = this.#searches.get(name);
    try {
      const search = joined ?? this.#search(type, key, name);
      return await waitFor(search, { clock, signal, timeoutMs, late });
    } catch (error) {
      // A search that others began may run out of their time before this caller's is over.
      const timeLeft = deadline - clock.monotonic();
      if (!joined || timeLeft <= 0 || !(error instanceof KafkaError) || !error.retriable) throw error;
      const search = this.#searches.get(name) ?? this.#search(type, key, name);
      return waitFor(search, { clock, signal, timeoutMs: timeLeft, late });
    }
  }

  /** Forgets a coordinator: it said that it is none, or does not answer. */
  forget(type: CoordinatorType, key: string): void {
    this.#found.delete(`${type}:${key}`);
  }

  #search(type: CoordinatorType, key: string, name: string): Promise<number> {
    const search = this.#lookUp(type, key).finally(() => {
      this.#searches.delete(name);
      this.#failures.delete(name);
    });
    this.#searches.set(name, search);
    return search;
  }

  #lookUp(type: CoordinatorType, key: string): Promise<number> {
    const deadline = this.#requester.deadlineOf({});
    const ask = async (): Promise<number> => {
      const timeoutMs = deadline - this.#options.clock.monotonic();
      const body = (version: number): Question => question(type, key, version);
      const response = await this.#requester.request(FindCoordinator, body, {
        timeoutMs,
        retrying: ({ error }) => this.#failures.set(`${type}:${key}`, error),
      });
      const broker = coordinatorOf(response, type, key);
      this.#remember(`${type}:${key}`, broker);
      return broker.nodeId;
    };
    return attempt(ask, {
      pace: this.#options,
      signals: [this.#requester.closing],
      deadline,
      mayRepeat: isTemporary,
      retrying: ({ error }) => this.#failures.set(`${type}:${key}`, error),
    });
  }

  #remember(name: string, broker: BrokerAddress): void {
    this.#pool.addBroker(broker);
    this.#found.delete(name);
    this.#found.set(name, broker.nodeId);
    const [oldest] = this.#found.keys();
    if (this.#found.size > maxKnown && oldest !== undefined) this.#found.delete(oldest);
  }
}

const maxKnown = 1000;

interface Question {
  readonly keyType: number;
  readonly key?: string;
  readonly coordinatorKeys?: readonly string[];
}

/** Since version 4 the question is a list of keys (KIP-699). */
function question(type: CoordinatorType, key: string, version: number): Question {
  const keyType = type === "group" ? 0 : 1;
  return version >= 4 ? { keyType, coordinatorKeys: [key] } : { keyType: version >= 1 ? keyType : 0, key };
}

function coordinatorOf(response: FindCoordinatorResponse, type: CoordinatorType, key: string): BrokerAddress {
  // Up to version 3 the one answer stands in the body itself.
  const answer = response.coordinators.length === 0 ? response : response.coordinators.find((one) => one.key === key);
  if (!answer)
    throw kafkaError(
      ErrorCode.UNKNOWN_SERVER_ERROR,
      factsOf(type, key),
      `FindCoordinator says nothing about the ${type} "${key}".`,
    );
  if (answer.errorCode !== 0) throw kafkaError(answer.errorCode, factsOf(type, key), answer.errorMessage);
  const { nodeId, host, port } = answer;
  if (nodeId >= 0 && isAddress({ host, port })) return { nodeId, host, port };
  throw protocolViolation(
    `FindCoordinator: node ${nodeId} at ${JSON.stringify(host)}, port ${port}, is no broker`,
    factsOf(type, key),
  );
}

function factsOf(
  type: CoordinatorType,
  key: string,
): { apiKey: number; apiName: string; groupId?: string; transactionalId?: string } {
  const api = { apiKey: FindCoordinator.key, apiName: FindCoordinator.name };
  return type === "group" ? { ...api, groupId: key } : { ...api, transactionalId: key };
}

function isTemporary({ errorCode, retriable }: KafkaError): boolean {
  return errorCode !== undefined && retriable;
}

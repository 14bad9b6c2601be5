import { ErrorCode, FindCoordinator, kafkaError, type FindCoordinatorResponse } from "@moldau/protocol-codec";
import { isAddress } from "../addresses.js";
import type { ResolvedClusterOptions } from "./cluster-options.js";
import { protocolViolation } from "../errors.js";
import type { BrokerAddress, ConnectionPool } from "./pool.js";
import type { OperationOptions, Requester } from "./requester.js";
import { attempt } from "../attempts/attempt.js";
import { SharedWork, type SharedContext } from "../attempts/shared-work.js";

/** What a coordinator coordinates. */
export type CoordinatorType = "group" | "transaction";

/** Finds coordinators and remembers a bounded number of them; those who look for the same one at a time share the search. */
export class Coordinators {
  readonly #requester: Requester;
  readonly #pool: ConnectionPool;
  readonly #options: ResolvedClusterOptions;
  readonly #found = new Map<string, number>();
  readonly #searches = new Map<string, SharedWork<number>>();

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
    { signal, timeoutMs = this.#options.requestTimeoutMs, retrying }: OperationOptions,
  ): Promise<number> {
    const name = `${type}:${key}`;
    const known = this.#found.get(name);
    if (known !== undefined && this.#pool.knows(known)) return known;
    const search = this.#searches.get(name) ?? this.#search(type, key, name);
    const what = `The coordinator of the ${type} "${key}" was not found within ${timeoutMs} ms`;
    return search.wait({ what, clock: this.#options.clock, signal, timeoutMs, retrying });
  }

  /** Forgets a coordinator: it said that it is none, or does not answer. */
  forget(type: CoordinatorType, key: string): void {
    this.#found.delete(`${type}:${key}`);
  }

  #search(type: CoordinatorType, key: string, name: string): SharedWork<number> {
    const search: SharedWork<number> = new SharedWork(
      (context) => this.#lookUp(type, key, context),
      () => {
        if (this.#searches.get(name) === search) this.#searches.delete(name);
      },
    );
    this.#searches.set(name, search);
    return search;
  }

  #lookUp(type: CoordinatorType, key: string, context: SharedContext): Promise<number> {
    return attempt(
      async () => {
        const options = { ...context, timeoutMs: Infinity };
        const answer = await this.#requester.request(
          FindCoordinator,
          (version) => question(type, key, version),
          options,
        );
        const broker = coordinatorOf(answer, type, key);
        this.#remember(`${type}:${key}`, broker);
        return broker.nodeId;
      },
      { pace: this.#options, signals: [context.signal], retrying: context.retrying },
    );
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

/** Since version 4 the question is a list of keys (KIP-699). */
function question(
  type: CoordinatorType,
  key: string,
  version: number,
): { keyType: number; key?: string; coordinatorKeys?: readonly string[] } {
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

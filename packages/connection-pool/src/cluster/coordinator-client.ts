import { ErrorCode, kafkaError, type Api, type Fields, type StructOut } from "@moldau/protocol-codec";
import { abortedBy, asKafkaError, isConnectionFailure, timedOut } from "../errors.js";
import { waitFor, type WaitOptions } from "../attempts/wait.js";
import type { BrokerConnection } from "../connection/broker-connection.js";
import type { ClusterAccess } from "./cluster-access.js";
import type { CoordinatorType } from "./coordinators.js";
import type { RequestBody } from "./requester.js";
import type { Lease } from "./lease.js";

/**
 * Which of the connections to the coordinator a request goes over. What waits at the broker for others (JoinGroup, SyncGroup, and the
 * heartbeats of the same member) holds up whatever is behind it on its connection; commits and the farewell must not wait for that.
 */
export type CoordinatorPurpose = "group" | "offsets" | "transaction";

/** How a request to the coordinator is made. */
export interface CoordinatorRequestOptions extends WaitOptions {
  readonly purpose: CoordinatorPurpose;
  /** Newest version to use. Default: the newest that both sides speak. */
  readonly maxVersion?: number | undefined;
}

/** What an error code of a coordinator's answer is about. */
export interface CoordinatorFacts {
  readonly topic?: string;
  readonly partition?: number;
}

/** The broker that coordinates a group or a transactional id, wherever it is at the moment; doubles in tests implement it. */
export interface Coordinator {
  /** The group's or the transactional id. */
  readonly key: string;
  /**
   * Makes one attempt at a request and gives the answer, whatever error codes stand in it; hand those to {@link check}.
   *
   * @throws {KafkaError} when the coordinator cannot be found or reached: it is looked up anew the next time; CLIENT_ABORTED, CLIENT_CLOSED.
   */
  request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    body: RequestBody<Req>,
    options: CoordinatorRequestOptions,
  ): Promise<StructOut<Res>>;
  /**
   * Judges an error code of an answer.
   *
   * @throws {KafkaError} when it is not 0. A coordinator that says it is none is looked up anew the next time.
   */
  check(errorCode: number, api: Api, facts?: CoordinatorFacts): void;
  /** Looks the coordinator up anew the next time. */
  forget(): void;
  /** Ends the requests that wait on one of the connections, because nothing else takes back what waits at the broker. */
  interrupt(purpose: CoordinatorPurpose): void;
}

/** What a {@link CoordinatorClient} is made with. */
export interface CoordinatorClientOptions {
  readonly cluster: Pick<ClusterAccess, "clock" | "coordinator" | "forgetCoordinator"> & {
    readonly options: Pick<ClusterAccess["options"], "requestTimeoutMs">;
  };
  /** Has the connections. */
  readonly lease: Pick<Lease, "connection">;
  readonly type: CoordinatorType;
  /** The group's or the transactional id. */
  readonly key: string;
}

/** The real {@link Coordinator}: looks it up, and speaks with it over the connections of a lease. */
export class CoordinatorClient implements Coordinator {
  readonly key: string;
  readonly #options: CoordinatorClientOptions;
  /** Those that requests have gone over: some may wait there at a broker that is no coordinator any more. */
  readonly #connections = new Map<CoordinatorPurpose, BrokerConnection>();
  /** Those to the coordinator as it is known: while they are open, nothing has to be looked up nor waited for. */
  readonly #ready = new Map<CoordinatorPurpose, BrokerConnection>();

  constructor(options: CoordinatorClientOptions) {
    this.key = options.key;
    this.#options = options;
  }

  async request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    body: RequestBody<Req>,
    options: CoordinatorRequestOptions,
  ): Promise<StructOut<Res>> {
    const { signal, maxVersion } = options;
    return this.#speak(api.name, options, (connection, timeoutMs) => {
      const version = connection.versionOf(api, maxVersion === undefined ? {} : { max: maxVersion });
      return connection.request(api, version, typeof body === "function" ? body(version) : body, {
        timeoutMs,
        ...(signal ? { signal } : {}),
      });
    });
  }

  /**
   * The level of a feature that the cluster had agreed on when the connection to the coordinator was opened; 0 for none.
   *
   * @throws {KafkaError} as {@link request} does.
   */
  featureLevel(name: string, options: CoordinatorRequestOptions): Promise<number> {
    return this.#speak("ApiVersions", options, (connection) => connection.featureLevel(name));
  }

  /** As {@link featureLevel}, at once; undefined when no connection to the coordinator is open. */
  knownFeatureLevel(name: string, purpose: CoordinatorPurpose): number | undefined {
    return this.#opened(purpose)?.featureLevel(name);
  }

  check(errorCode: number, api: Api, facts: CoordinatorFacts = {}): void {
    if (errorCode === 0) return;
    if (errorCode === ErrorCode.NOT_COORDINATOR || errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE) this.forget();
    const { type, key } = this.#options;
    const whose = type === "group" ? { groupId: key } : { transactionalId: key };
    throw kafkaError(errorCode, { ...whose, apiKey: api.key, apiName: api.name, ...facts });
  }

  forget(): void {
    this.#ready.clear();
    this.#options.cluster.forgetCoordinator(this.#options.type, this.key);
  }

  interrupt(purpose: CoordinatorPurpose): void {
    this.#connections.get(purpose)?.destroy();
    this.#connections.delete(purpose);
  }

  /** Does something with a connection to the coordinator, found and opened if need be, in what time is left. */
  async #speak<Result>(
    what: string,
    { purpose, signal, timeoutMs = this.#options.cluster.options.requestTimeoutMs }: CoordinatorRequestOptions,
    speak: (connection: BrokerConnection, timeoutMs: number) => Result | Promise<Result>,
  ): Promise<Result> {
    if (signal?.aborted === true) throw abortedBy(signal);
    try {
      const opened = this.#opened(purpose);
      if (opened !== undefined) return await speak(opened, timeoutMs);
      const { clock } = this.#options.cluster;
      const deadline = clock.monotonic() + timeoutMs;
      const connection = await this.#connect(what, { purpose, signal, timeoutMs });
      return await speak(connection, Math.max(1, deadline - clock.monotonic()));
    } catch (error) {
      if (isConnectionFailure(error)) this.forget();
      throw asKafkaError(error);
    }
  }

  #opened(purpose: CoordinatorPurpose): BrokerConnection | undefined {
    const connection = this.#ready.get(purpose);
    return connection?.isOpen === true ? connection : undefined;
  }

  async #connect(
    what: string,
    { purpose, signal, timeoutMs }: CoordinatorRequestOptions & { readonly timeoutMs: number },
  ): Promise<BrokerConnection> {
    const { cluster, lease, type, key } = this.#options;
    const { clock } = cluster;
    const deadline = clock.monotonic() + timeoutMs;
    const node = await cluster.coordinator(type, key, { signal, timeoutMs });
    const connection = await waitFor(lease.connection(node, purpose, { signal }), {
      clock,
      signal,
      timeoutMs: deadline - clock.monotonic(),
      late: () => timedOut(`${what}: no connection to the coordinator of ${this.#title} in time.`, { written: false }),
    });
    this.#connections.set(purpose, connection);
    this.#ready.set(purpose, connection);
    return connection;
  }

  get #title(): string {
    return `${this.#options.type} "${this.key}"`;
  }
}

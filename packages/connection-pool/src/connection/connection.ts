import type { ConnectionOptions as TlsOptions } from "node:tls";
import type { Channel, Clock, Connector, Timer } from "@moldau/platform";
import {
  FrameSplitter,
  KafkaError,
  type Api,
  type Fields,
  type StructIn,
  type StructOut,
} from "@moldau/protocol-codec";
import { EventEmitter } from "eventemitter3";
import { onAbort } from "@moldau/platform";
import { formatAddress, type Address } from "../addresses.js";
import type { BrokerVersions, Negotiation } from "./api-versions.js";
import type { BrokerConnection } from "./broker-connection.js";
import type { ConnectionReports } from "./connection-reports.js";
import { connectionIsOver, endedByPeer, isServing, openingTookTooLong, unreadable } from "./connection-errors.js";
import { transition, type ConnectionCommand, type ConnectionEvent, type ConnectionState } from "./connection-state.js";
import type { EventOrigin } from "../diagnostics.js";
import { asKafkaError, ClientErrorCode, clientClosed } from "../errors.js";
import type { Exchange } from "./exchange.js";
import { openChannel } from "./open-channel.js";
import type { PendingRequest, RequestOptions } from "./pending-request.js";
import { Pipeline } from "./pipeline.js";
import { authenticate } from "../sasl/authenticate.js";
import type { SaslMechanism } from "../sasl/mechanism.js";

/** What a connection needs to know; all of it is resolved, nothing has a default here. */
export interface ConnectionOptions {
  /** Node id of the broker; negative for a seed whose id is not known yet. */
  readonly node: number;
  readonly address: Address;
  /** Whose connection it is; its `clientId` goes into every request. */
  readonly origin: EventOrigin;
  /** Who is told what becomes of it. */
  readonly reports: ConnectionReports;
  /** Whether it keeps the process alive only while something is asked of it, as one that all share does. */
  readonly isShared: boolean;
  readonly tls: TlsOptions | undefined;
  readonly sasl: SaslMechanism | undefined;
  /** Time to connect, TLS and login included, in milliseconds. */
  readonly connectionTimeoutMs: number;
  /** Time for an answer, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Largest answer taken, in bytes. */
  readonly maxFrameBytes: number;
  /** What the connections of one cluster have learned about asking for versions. */
  readonly negotiation: Negotiation;
  readonly connector: Connector;
  readonly clock: Clock;
  readonly random: () => number;
}

/** What a connection tells. */
export interface ConnectionEvents {
  /** It is over: requests that waited on it have failed, and none is taken any more. */
  close: [error: KafkaError];
}

/**
 * One connection to one broker: opened, negotiated and logged in, then a pipeline of requests whose answers come in order.
 *
 * A connection never reconnects; when it is over, ask the pool for the next one.
 */
export class Connection extends EventEmitter<ConnectionEvents> implements BrokerConnection {
  readonly #options: ConnectionOptions;
  readonly #channel: Channel;
  readonly #splitter: FrameSplitter;
  readonly #pipeline: Pipeline;
  readonly #opening: { resolve(connection: Connection): void; reject(error: KafkaError): void };
  readonly #gone: Promise<void>;
  #announceGone: () => void = () => undefined;
  #state: ConnectionState = { name: "connecting" };
  #openTimer: Timer | undefined;
  #sessionTimer: Timer | undefined;
  #wasOpen = false;
  /** Requests that waited when it ended. */
  #interrupted = 0;
  /** The correlation id of the last request that opening took. */
  #openedBy = 0;

  /**
   * Opens a connection and brings it to the point where it takes requests.
   *
   * `signal` ends it, also when it is open already; a KafkaError as its reason becomes the connection's error.
   *
   * @throws {KafkaError} CLIENT_CONNECTION_FAILED, CLIENT_TLS_FAILED, CLIENT_SASL_FAILED, or the broker's own error.
   */
  static open(options: ConnectionOptions, signal?: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection = new Connection(options, { resolve, reject });
      const forget = onAbort(signal, () =>
        connection.destroy(signal?.reason instanceof KafkaError ? signal.reason : undefined),
      );
      connection.once("close", forget);
    });
  }

  private constructor(
    options: ConnectionOptions,
    opening: { resolve(connection: Connection): void; reject(error: KafkaError): void },
  ) {
    super();
    const { clock, connector, address, tls, connectionTimeoutMs, maxFrameBytes } = options;
    this.#options = options;
    this.#opening = opening;
    this.#splitter = new FrameSplitter({ maxFrameBytes });
    this.#pipeline = new Pipeline({
      ...options,
      peer: this,
      isReady: () => this.#state.name === "ready",
      failed: (error) => this.destroy(error),
    });
    this.#gone = new Promise((resolve) => {
      this.#announceGone = resolve;
    });
    this.#channel = openChannel(
      { connector, address, isAdvertised: options.node >= 0, tls, timeoutMs: connectionTimeoutMs },
      {
        opened: () => this.#dispatch({ type: "opened" }),
        data: (chunk) => this.#receive(chunk),
        drained: () => this.#pipeline.flush(),
        closed: (error) => this.#dispatch({ type: "socketClosed", error: error ?? this.#endedByPeer() }),
      },
    );
    this.#pipeline.attach(this.#channel);
    this.#openTimer = clock.timer(connectionTimeoutMs, () =>
      this.destroy(openingTookTooLong(this, this.#state, connectionTimeoutMs)),
    );
  }

  /** Node id of the broker; negative for a seed. */
  get node(): number {
    return this.#options.node;
  }

  /** `host:port` of the broker. */
  get address(): string {
    return formatAddress(this.#options.address);
  }

  /** Whether it takes requests. */
  get isOpen(): boolean {
    return isServing(this.#state);
  }

  /** What the broker said it can do. @throws {KafkaError} CLIENT_CONNECTION_CLOSED when the connection is over. */
  get versions(): BrokerVersions {
    if ("versions" in this.#state) return this.#state.versions;
    throw connectionIsOver(this, this.#state);
  }

  /** The clock that it goes by. */
  get clock(): Clock {
    return this.#options.clock;
  }

  /** When the last request was made on it, on the monotonic clock. */
  get lastUsedAt(): number {
    return this.#pipeline.lastUsedAt;
  }

  /** How many requests wait to be written or for an answer. */
  get pendingRequests(): number {
    return this.#pipeline.size;
  }

  /**
   * The newest version of an API that both sides speak, at most `max`.
   *
   * @throws {KafkaError} UNSUPPORTED_VERSION naming both ranges; CLIENT_CONNECTION_CLOSED when the connection is over.
   */
  versionOf<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    { max }: { readonly max?: number } = {},
  ): number {
    return this.versions.newestOf(api, max);
  }

  /** Whether both sides speak this version of an API. */
  supports<Req extends Fields, Res extends Fields>(api: Api<Req, Res>, version: number): boolean {
    return "versions" in this.#state && this.#state.versions.supports(api, version);
  }

  /** The level of a feature that the cluster had agreed on when the connection was opened; 0 for none. @throws {KafkaError} CLIENT_CONNECTION_CLOSED. */
  featureLevel(name: string): number {
    return this.versions.featureLevel(name);
  }

  /**
   * Sends a request and gives its answer.
   *
   * It waits unwritten while the broker has asked for quiet (`throttleTimeMs`), while the socket takes no more, and while a login is renewed.
   * The fact `written` on an error says whether the broker may have seen the request.
   *
   * @throws {KafkaError} CLIENT_REQUEST_TIMEOUT: the connection is then closed, because its later answers could not be told apart from late ones;
   * CLIENT_CONNECTION_CLOSED, CLIENT_ABORTED; EncodeError or DecodeError for a body that does not fit.
   */
  request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    version: number,
    body: StructIn<Req>,
    options: RequestOptions = {},
  ): Promise<StructOut<Res>> {
    return new Promise((resolve, reject) => {
      this.#submit(this.#pipeline.pending({ api, version, body, options, resolve, reject }));
    });
  }

  /**
   * Sends a request that no answer will come to (Produce with acks 0); resolves when the operating system has taken it.
   *
   * @throws {KafkaError} as {@link request} does.
   */
  send<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    version: number,
    body: StructIn<Req>,
    options: RequestOptions = {},
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#submit(
        this.#pipeline.pending({ api, version, body, options, resolve: () => resolve(), reject, sent: resolve }),
      );
    });
  }

  /** Ends the connection at once; what waits on it fails with `error` as the cause, by default because the client closed it. */
  destroy(error: KafkaError = clientClosed("The connection")): void {
    this.#dispatch({ type: "failed", error });
  }

  /** Resolves when the socket is gone. */
  closed(): Promise<void> {
    return this.#gone;
  }

  #submit(request: PendingRequest): void {
    if (!this.isOpen) request.fail(connectionIsOver(this, this.#state));
    this.#pipeline.submit(request);
  }

  // Opening, and renewing a login, may write while everybody else waits.
  readonly #exchange: Exchange = (api, version, body) =>
    new Promise((resolve, reject) => {
      const request = this.#pipeline.pending({ api, version, body, options: {}, resolve, reject });
      if (this.#isOver()) return request.fail(connectionIsOver(this, this.#state));
      this.#pipeline.exchange(request);
    });

  #receive(chunk: Buffer): void {
    try {
      for (const payload of this.#splitter.push(chunk)) {
        if (this.#isOver()) return;
        this.#pipeline.answer(payload);
      }
    } catch (error) {
      this.destroy(unreadable(this, error, chunk));
    }
  }

  #endedByPeer(): KafkaError {
    const atFirstRequest = this.#pipeline.lastCorrelationId === this.#openedBy + 1 && !this.#options.sasl;
    const isEncrypted = this.#options.tls !== undefined;
    return endedByPeer(this, this.#state, { atFirstRequest, isEncrypted });
  }

  #isOver(): boolean {
    return this.#state.name === "closing" || this.#state.name === "closed";
  }

  #dispatch(event: ConnectionEvent): void {
    const { state, commands } = transition(this.#state, event);
    this.#state = state;
    for (const command of commands) this.#execute(command);
  }

  #execute(command: ConnectionCommand): void {
    switch (command) {
      case "negotiate":
        return this.#attempt(this.#negotiate());
      case "login":
        return this.#attempt(this.#login());
      case "serve":
        this.#wasOpen = true;
        this.#openTimer?.cancel();
        this.#opening.resolve(this);
        return this.#pipeline.flush();
      case "failRequests":
        return this.#failRequests();
      case "destroySocket":
        this.#channel.destroy();
        return;
      case "announceClosed":
        return this.#announceClosed();
    }
  }

  /** A step that fails ends the connection; the failure reaches whoever waits for the opening, or for a request. */
  #attempt(step: Promise<void>): void {
    step.catch((error: unknown) => this.destroy(asKafkaError(error, ClientErrorCode.PROTOCOL_VIOLATION)));
  }

  async #negotiate(): Promise<void> {
    const versions = await this.#options.negotiation.ask(this.#exchange);
    this.#openedBy = this.#pipeline.lastCorrelationId;
    this.#dispatch({ type: "negotiated", versions, login: this.#options.sasl !== undefined });
  }

  async #login(): Promise<void> {
    const { sasl: mechanism, address, clock, random } = this.#options;
    if (!mechanism) return;
    // Kafka takes nothing else between the steps of a login: what was asked before it has to be answered first.
    await this.#pipeline.allAnswered();
    const session = await authenticate(this.#exchange, this.versions, { mechanism, context: { host: address.host } });
    if (session.lifetimeMs > 0 && !this.#isOver()) {
      const renewAfterMs = session.lifetimeMs * (0.85 + 0.1 * random());
      this.#sessionTimer = clock.timer(renewAfterMs, () => this.#dispatch({ type: "sessionExpiring" }), {
        background: true,
      });
    }
    this.#dispatch({ type: "authenticated" });
  }

  #failRequests(): void {
    this.#openTimer?.cancel();
    this.#sessionTimer?.cancel();
    this.#interrupted = this.#pipeline.size;
    this.#pipeline.fail(this.#reason());
  }

  #announceClosed(): void {
    const error = this.#reason();
    this.#opening.reject(error);
    this.#announceGone();
    const { origin, reports } = this.#options;
    const [wasOpen, pendingRequests] = [this.#wasOpen, this.#interrupted];
    reports.closed({ ...origin, node: this.node, address: this.address, wasOpen, pendingRequests, error });
    this.emit("close", error);
  }

  #reason(): KafkaError {
    return "error" in this.#state ? this.#state.error : connectionIsOver(this, this.#state);
  }
}

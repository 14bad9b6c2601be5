import type { Channel, Clock } from "@moldau/platform";
import type { Fields, KafkaError } from "@moldau/protocol-codec";
import { publishRequest, requestChannel, type EventOrigin, type RequestOutcome } from "../diagnostics.js";
import { asKafkaError, ClientErrorCode } from "../errors.js";
import type { ConnectionReports } from "./connection-reports.js";
import { closedAfterTimeout, outOfOrder, requestInterrupted, requestTimedOut, type Peer } from "./connection-errors.js";
import { DeadlineTimer } from "./deadline.js";
import { PendingRequest, type PendingRequestInit } from "./pending-request.js";
import { RequestQueue } from "./request-queue.js";
import { Throttle } from "./throttle.js";

/** What the requests of a connection need of it. */
export interface PipelineOptions {
  readonly peer: Peer;
  readonly origin: EventOrigin;
  readonly reports: Pick<ConnectionReports, "throttled">;
  readonly clock: Clock;
  readonly requestTimeoutMs: number;
  /** Whether the connection keeps the process alive only while something is asked of it. */
  readonly isShared: boolean;
  /** Whether requests may be written in the connection's state. */
  readonly isReady: () => boolean;
  /** A request timed out, so that nobody can tell what would come next over the connection. */
  readonly failed: (error: KafkaError) => void;
}

/** A request as its caller makes it. */
export type Call<Req extends Fields, Res extends Fields> = Pick<
  PendingRequestInit<Req, Res>,
  "api" | "version" | "body" | "options" | "resolve" | "reject" | "sent"
>;

/** The requests of one connection on their way over its channel, written one behind another, and answered in that order. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #requests = new RequestQueue();
  readonly #throttle: Throttle;
  readonly #deadlines: DeadlineTimer;
  #channel: Channel | undefined;
  #lastCorrelationId = 0;
  #lastUsedAt: number;

  constructor(options: PipelineOptions) {
    const { clock } = options;
    this.#options = options;
    this.#throttle = new Throttle(clock, () => this.flush());
    // What waits for an answer keeps the process alive by the channel: the timer may well outlive it.
    this.#deadlines = new DeadlineTimer(clock, (now) => this.#expire(now), { background: true });
    this.#lastUsedAt = clock.monotonic();
  }

  /** How many requests wait to be written or for an answer. */
  get size(): number {
    return this.#requests.size;
  }

  /** When the last request was made, on the monotonic clock. */
  get lastUsedAt(): number {
    return this.#lastUsedAt;
  }

  /** The last correlation id that was given; 0: none. */
  get lastCorrelationId(): number {
    return this.#lastCorrelationId;
  }

  /** Sets the channel to write to. */
  attach(channel: Channel): void {
    this.#channel = channel;
  }

  /** Makes a request that is still to be submitted. */
  pending<Req extends Fields, Res extends Fields>(call: Call<Req, Res>): PendingRequest<Req, Res> {
    const startedAt = this.#options.clock.monotonic();
    this.#lastUsedAt = startedAt;
    const deadline = startedAt + (call.options.timeoutMs ?? this.#options.requestTimeoutMs);
    return new PendingRequest({ ...call, startedAt, deadline });
  }

  /** Writes a request, or lets it wait until that is possible. */
  submit(request: PendingRequest): void {
    if (request.isSettled) return;
    this.#deadlines.expect(request.deadline);
    if (this.#mayWrite() && this.#requests.waiting.length === 0) this.#write(request);
    else this.#requests.waiting.push(request);
    this.#keepAlive();
  }

  /** Writes a request of the connection's own, while everybody else waits. */
  exchange(request: PendingRequest): void {
    this.#deadlines.expect(request.deadline);
    this.#write(request);
  }

  /** Writes what waits, as far as that is possible. */
  flush(): void {
    while (this.#mayWrite()) {
      const request = this.#requests.waiting.shift();
      if (!request) break;
      if (request.isSettled) this.#publish(request);
      else this.#write(request);
    }
    this.#keepAlive();
  }

  /** Takes the next answer. @throws {KafkaError} when it belongs to no request, or cannot be read: nothing of the channel can be trusted then. */
  answer(payload: Buffer): void {
    const request = this.#requests.inFlight.peek();
    const correlationId = payload.length < 4 ? undefined : payload.readInt32BE(0);
    if (!request || request.correlationId !== correlationId) throw outOfOrder(request, correlationId);
    this.#requests.inFlight.shift();
    try {
      const { throttleTimeMs } = request.answer(payload);
      if (throttleTimeMs > 0) this.#throttled(request.api.name, throttleTimeMs);
      this.#publish(request, { responseBytes: payload.length, throttleTimeMs });
    } catch (error) {
      request.fail(asKafkaError(error, ClientErrorCode.PROTOCOL_VIOLATION));
      this.#publish(request);
      throw error;
    }
    this.#requests.noteAnswered();
    this.#keepAlive();
  }

  /** Resolves when nothing is in flight. */
  allAnswered(): Promise<void> {
    return this.#requests.allAnswered();
  }

  /** Fails all requests, because the connection is over for this reason. */
  fail(reason: KafkaError): void {
    this.#throttle.cancel();
    this.#deadlines.cancel();
    for (const request of this.#requests.takeAll()) {
      request.fail(requestInterrupted(this.#options.peer, request, reason));
      this.#publish(request);
    }
  }

  #throttled(apiName: string, throttleTimeMs: number): void {
    const { origin, peer, reports } = this.#options;
    this.#throttle.hold(throttleTimeMs);
    reports.throttled({ ...origin, node: peer.node, address: peer.address, apiName, throttleTimeMs });
  }

  #mayWrite(): boolean {
    return this.#options.isReady() && !this.#throttle.isOn && this.#channel?.needsDrain === false;
  }

  #write(request: PendingRequest): void {
    this.#lastCorrelationId = (this.#lastCorrelationId + 1) & 0x7fff_ffff;
    let buffers: readonly Buffer[];
    try {
      buffers = request.encode(this.#lastCorrelationId, this.#options.origin.clientId);
    } catch (error) {
      request.fail(asKafkaError(error, ClientErrorCode.PROTOCOL_VIOLATION));
      return;
    }
    this.#requests.written(request);
    this.#channel?.write(buffers, (error) => {
      this.#requests.handedOver(request);
      request.handedOver(error);
      if (!request.expectsAnswer) this.#keepAlive();
    });
  }

  #expire(now: number): number | undefined {
    const { peer, failed } = this.#options;
    const late = this.#requests.late(now);
    for (const request of late) request.fail(requestTimedOut(peer, request));
    // While the broker has asked for quiet, a request that could not be written proves nothing against the connection.
    const guilty = late.find((request) => request.isWritten || !this.#throttle.isOn);
    if (!guilty) return this.#requests.earliestDeadline();
    failed(closedAfterTimeout(peer, guilty));
    return undefined;
  }

  // Both cost a call into libuv, so nothing is done for connections that have an owner: those hold the process for as long as they are open.
  #keepAlive(): void {
    if (!this.#options.isShared) return;
    if (this.size > 0) this.#channel?.ref();
    else this.#channel?.unref();
  }

  #publish(request: PendingRequest, outcome?: RequestOutcome): void {
    if (!requestChannel.hasSubscribers) return;
    const { origin, peer, clock } = this.#options;
    const { failure } = request;
    publishRequest({ origin, peer, now: clock.monotonic() }, request, {
      ...outcome,
      ...(failure ? { error: failure } : {}),
    });
  }
}

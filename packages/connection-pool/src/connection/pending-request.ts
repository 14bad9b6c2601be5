import {
  decodeResponse,
  encodeRequest,
  type Api,
  type Fields,
  type KafkaError,
  type StructIn,
  type StructOut,
} from "@moldau/protocol-codec";
import { onAbort } from "@moldau/platform";
import { abortedBy } from "../errors.js";

/** How a request is made; everything has a default. */
export interface RequestOptions {
  /** Time for the answer, in milliseconds, waiting to be written included. Default: the connection's `requestTimeoutMs`. */
  readonly timeoutMs?: number;
  /** Gives the answer up; the request itself cannot be taken back once it was written. Default: none. */
  readonly signal?: AbortSignal;
  /**
   * Called exactly once, when the connection no longer refers to the buffers in the body: they were handed to the operating system, or
   * will never be. Only then may their memory be used again. Default: nobody is called.
   */
  readonly onWritten?: () => void;
}

/** What a {@link PendingRequest} is made of. */
export interface PendingRequestInit<Req extends Fields, Res extends Fields> {
  readonly api: Api<Req, Res>;
  readonly version: number;
  readonly body: StructIn<Req>;
  readonly startedAt: number;
  readonly deadline: number;
  readonly options: RequestOptions;
  resolve(body: StructOut<Res>): void;
  reject(error: unknown): void;
  /** Set when no answer will come (Produce with acks 0): called when the bytes were handed over. */
  sent?(): void;
}

/** Tells what became of an answer. */
export interface Answered {
  /** How long the broker wants this client to hold back, in milliseconds. */
  readonly throttleTimeMs: number;
}

/** One request on its way: waiting, written, and at last settled, once. */
export class PendingRequest<Req extends Fields = Fields, Res extends Fields = Fields> {
  readonly api: Api<Req, Res>;
  readonly version: number;
  readonly startedAt: number;
  readonly deadline: number;
  /** Given when it is written; -1 before. */
  correlationId = -1;
  readonly #init: PendingRequestInit<Req, Res>;
  #body: StructIn<Req> | undefined;
  #settled = false;
  #failure: KafkaError | undefined;
  #buffersReleased = false;
  #forgetSignal: (() => void) | undefined;

  constructor(init: PendingRequestInit<Req, Res>) {
    this.api = init.api;
    this.version = init.version;
    this.startedAt = init.startedAt;
    this.deadline = init.deadline;
    this.#init = init;
    this.#body = init.body;
    this.#forgetSignal = onAbort(init.options.signal, () => this.#aborted());
  }

  /** Whether its promise has its outcome; an answer may still come and is then dropped. */
  get isSettled(): boolean {
    return this.#settled;
  }

  /** What its caller got in place of an answer. */
  get failure(): KafkaError | undefined {
    return this.#failure;
  }

  /** Whether it was handed to the socket, so that the broker may have seen it. */
  get isWritten(): boolean {
    return this.correlationId >= 0;
  }

  /** Whether the broker will answer it. */
  get expectsAnswer(): boolean {
    return this.#init.sent === undefined;
  }

  /** Encodes the whole frame. @throws {EncodeError} when the version cannot carry the body. */
  encode(correlationId: number, clientId: string): readonly Buffer[] {
    if (this.#body === undefined) return [];
    const buffers = encodeRequest(this.api, this.version, { correlationId, clientId }, this.#body);
    this.correlationId = correlationId;
    this.#body = undefined;
    return buffers;
  }

  /** The socket has taken the bytes, or never will. */
  handedOver(error: Error | null | undefined): void {
    this.#releaseBuffers();
    if (this.#init.sent && !error && !this.#settled) {
      this.#settle();
      this.#init.sent();
    }
  }

  /** Settles with the answer in `payload`. @throws {DecodeError} when it is none; the request is then still to be failed. */
  answer(payload: Buffer): Answered {
    if (this.#settled) return notThrottled;
    const { body, version } = decodeResponse(this.api, this.version, payload);
    this.#settle();
    this.#init.resolve(body);
    const { throttleFrom } = this.api;
    return throttleFrom !== undefined && version >= throttleFrom
      ? { throttleTimeMs: throttleTimeOf(body) }
      : notThrottled;
  }

  /** Settles with an error; nothing happens when it has its outcome already. */
  fail(error: KafkaError): void {
    if (!this.isWritten) this.#releaseBuffers();
    if (this.#settled) return;
    this.#failure = error;
    this.#settle();
    this.#init.reject(error);
  }

  #aborted(): void {
    const { signal } = this.#init.options;
    if (signal) this.fail(abortedBy(signal, { written: this.isWritten, apiKey: this.api.key, apiName: this.api.name }));
  }

  #settle(): void {
    this.#settled = true;
    this.#body = undefined;
    this.#forgetSignal?.();
  }

  #releaseBuffers(): void {
    if (this.#buffersReleased) return;
    this.#buffersReleased = true;
    this.#init.options.onWritten?.();
  }
}

const notThrottled: Answered = { throttleTimeMs: 0 };

function throttleTimeOf(body: object): number {
  return "throttleTimeMs" in body && typeof body.throttleTimeMs === "number" ? body.throttleTimeMs : 0;
}

import { onAbort, type Channel, type ChannelEvents, type Clock } from "@moldau/platform";
import { decodeResponse, encodeRequest, FrameSplitter, KafkaError } from "@moldau/protocol-codec";
import type { Api, Fields, StructOut } from "@moldau/protocol-codec";
import type { PeerRequest, Peers } from "../partitions/peers.js";

/** What {@link PeerConnections} works with. */
export interface PeerConnectionsOptions {
  /** Node id of the broker that asks. */
  readonly nodeId: number;
  readonly clock: Clock;
  /** The largest answer taken, in bytes. */
  readonly maxFrameBytes: number;
  /** Lets a channel into the broker of a node id; undefined when that broker does not run. */
  readonly door: (nodeId: number) => ((channel: Channel) => ChannelEvents) | undefined;
}

const defaultTimeoutMs = 30_000;

/** Asks the brokers of one cluster within the process, each time over a connection of its own, so that no request waits behind another. */
export class PeerConnections implements Peers {
  readonly #options: PeerConnectionsOptions;

  constructor(options: PeerConnectionsOptions) {
    this.#options = options;
  }

  async request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    request: PeerRequest<Req>,
  ): Promise<StructOut<Res>> {
    const { nodeId: own, clock, maxFrameBytes, door } = this.#options;
    const { nodeId, version, body, timeoutMs = defaultTimeoutMs, signal } = request;
    const accept = door(nodeId);
    if (accept === undefined) throw unreachable(nodeId, api.name, "it does not run");
    signal?.throwIfAborted();
    const frame = encodeRequest(api, version, { correlationId: 0, clientId: `broker-${own}` }, body);
    const connection = new PeerConnection(maxFrameBytes);
    const timer = clock.timer(timeoutMs, () => connection.fail(`it gave no answer within ${timeoutMs} ms`));
    const forget = onAbort(signal, () => connection.fail("the request was given up"));
    try {
      const answer = await connection.ask(accept, Buffer.concat(frame));
      return decodeResponse(api, version, answer).body;
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof ConnectionEnd ? unreachable(nodeId, api.name, error.message) : error;
    } finally {
      timer.cancel();
      forget();
      connection.destroy();
    }
  }
}

/** Why there will be no answer. */
class ConnectionEnd extends Error {}

/** Both ends of a channel for one request: what the other broker writes is the answer. */
class PeerConnection implements Channel {
  readonly remoteAddress = "127.0.0.1";
  readonly needsDrain = false;
  readonly #splitter: FrameSplitter;
  #events: ChannelEvents | undefined;
  #settle: { readonly resolve: (payload: Buffer) => void; readonly reject: (error: unknown) => void } | undefined;

  constructor(maxFrameBytes: number) {
    this.#splitter = new FrameSplitter({ maxFrameBytes });
  }

  /** Resolves to the answer, without its size. Rejects with a {@link ConnectionEnd} when the connection ends before. */
  async ask(accept: (channel: Channel) => ChannelEvents, frame: Buffer): Promise<Buffer> {
    const answered = new Promise<Buffer>((resolve, reject) => (this.#settle = { resolve, reject }));
    this.#events = accept(this);
    this.#events.data(frame);
    return answered;
  }

  /** Ends the connection for a reason. */
  fail(reason: string): void {
    this.#settle?.reject(new ConnectionEnd(reason));
    this.destroy();
  }

  write(buffers: readonly Buffer[], done?: (error?: Error | null) => void): void {
    try {
      for (const buffer of buffers) for (const payload of this.#splitter.push(buffer)) this.#settle?.resolve(payload);
    } catch (error) {
      this.#settle?.reject(error);
    }
    done?.();
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    const events = this.#events;
    this.#events = undefined;
    this.#settle?.reject(new ConnectionEnd("it closed the connection"));
    events?.closed(undefined);
  }

  pause(): void {
    // One request is all that comes.
  }

  resume(): void {
    // As soon as the other side is ready, it has the request.
  }

  ref(): void {
    // There is no socket that could keep the process alive.
  }

  unref(): void {
    // As above.
  }
}

function unreachable(nodeId: number, api: string, reason: string): KafkaError {
  return new KafkaError("BROKER_PEER_UNREACHABLE", `the broker ${nodeId} did not answer ${api}: ${reason}`, {
    broker: nodeId,
    apiName: api,
    retriable: true,
  });
}

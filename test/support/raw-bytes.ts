import { connect, type Socket } from "node:net";
import { encodeRequest, FrameSplitter, type Api, type Fields, type StructIn } from "@moldau/protocol-codec";

/** A connection that says whatever it is told, right or wrong, and shows what comes back. */
export class RawBytes {
  readonly #socket: Socket;
  readonly #splitter = new FrameSplitter({ maxFrameBytes: 1 << 26 });
  readonly #frames: Buffer[] = [];
  readonly #closed: Promise<void>;
  #isClosed = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      for (const payload of this.#splitter.push(chunk)) this.#frames.push(payload);
      this.#wake();
    });
    socket.on("error", () => undefined);
    this.#closed = new Promise((resolve) =>
      socket.on("close", () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      }),
    );
  }

  /** Connects to `host:port`. */
  static async open(address: string): Promise<RawBytes> {
    const [host, port] = address.split(":");
    const socket = connect({ host: host ?? "", port: Number(port), noDelay: true });
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new RawBytes(socket);
  }

  /** Sends bytes as they are. */
  send(...pieces: readonly Buffer[]): void {
    for (const piece of pieces) this.#socket.write(piece);
  }

  /** Sends a whole request. */
  request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    version: number,
    body: StructIn<Req>,
    correlationId = 1,
  ): void {
    this.send(...encodeRequest(api, version, { correlationId, clientId: "raw" }, body));
  }

  /** The next frame without its size; undefined when the connection is closed first. */
  async frame(): Promise<Buffer | undefined> {
    while (this.#frames.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#frames.shift();
  }

  /** Whether the other side closes the connection within a second. */
  async isClosedByPeer(): Promise<boolean> {
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1000).unref());
    return Promise.race([this.#closed.then(() => true), late]);
  }

  /** Stops reading, or reads on. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Says that nothing more will be sent. */
  end(): void {
    this.#socket.end();
  }

  close(): void {
    this.#socket.destroy();
  }
}

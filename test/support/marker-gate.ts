import { connect, createServer, type Server, type Socket } from "node:net";
import { FrameSplitter, WriteTxnMarkers } from "@moldau/protocol-codec";

/** Whoever can keep the markers of transactions from being written, and so transactions from coming to their end. */
export interface MarkerControl {
  /** No marker is written from now on. */
  hold(): void;
  /** Those that were held are written now, and later ones at once. */
  release(): void;
}

/**
 * Stands between brokers of Apache Kafka: an address that they talk with each other by, which passes everything on but, while it is told to,
 * requests of WriteTxnMarkers and what follows upon them on their connection.
 */
export class MarkerGate implements MarkerControl {
  readonly #server: Server;
  readonly #connections = new Set<Passage>();
  #isHeld = false;
  /** `host:port` of the broker behind the gate; to be set before brokers talk. */
  target = "";

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => this.#pass(socket));
  }

  static async open(): Promise<MarkerGate> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new MarkerGate(server);
  }

  /** `host:port` to be advertised to brokers. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the gate is closed");
    return `127.0.0.1:${address.port}`;
  }

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    for (const connection of this.#connections) connection.flush();
  }

  async close(): Promise<void> {
    for (const { near, far } of this.#connections) for (const socket of [near, far]) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(near: Socket): void {
    const [host, port] = this.target.split(":");
    const far = connect({ host: host ?? "", port: Number(port), noDelay: true });
    const passage = new Passage(near, far, () => this.#isHeld);
    this.#connections.add(passage);
    near.on("close", () => this.#connections.delete(passage));
  }
}

/** One connection through the gate: frames go to the broker one by one, answers as they come. */
class Passage {
  readonly near: Socket;
  readonly far: Socket;
  readonly #isHeld: () => boolean;
  readonly #splitter = new FrameSplitter({ maxFrameBytes: 64 * 1024 * 1024 });
  readonly #waiting: Buffer[] = [];

  constructor(near: Socket, far: Socket, isHeld: () => boolean) {
    this.near = near;
    this.far = far;
    this.#isHeld = isHeld;
    near.on("data", (chunk: Buffer) => {
      this.#waiting.push(...this.#splitter.push(chunk));
      this.flush();
    });
    far.on("data", (chunk: Buffer) => near.write(chunk));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => undefined);
      one.on("close", () => other.destroy());
    }
  }

  /** Sends on what may go. */
  flush(): void {
    for (let frame = this.#waiting[0]; frame !== undefined; frame = this.#waiting[0]) {
      if (this.#isHeld() && frame.readInt16BE(0) === WriteTxnMarkers.key) return;
      this.#waiting.shift();
      const size = Buffer.alloc(4);
      size.writeInt32BE(frame.length);
      this.far.write(Buffer.concat([size, frame]));
    }
  }
}

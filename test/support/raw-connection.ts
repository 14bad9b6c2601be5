import { connect, type Socket } from "node:net";
import {
  decodeResponse,
  encodeRequest,
  FrameSplitter,
  type Api,
  type Fields,
  type StructIn,
  type StructOut,
} from "@moldau/protocol-codec";

/** One connection to a broker, any broker, that speaks the protocol and knows nothing else: requests in the version that it is told. */
export class RawConnection {
  readonly clientId: string;
  readonly #socket: Socket;
  readonly #splitter = new FrameSplitter({ maxFrameBytes: 64 * 1024 * 1024 });
  readonly #waiting: { readonly take: (payload: Buffer) => void; readonly fail: (error: Error) => void }[] = [];
  #correlationId = 0;

  private constructor(socket: Socket, clientId: string) {
    this.#socket = socket;
    this.clientId = clientId;
    socket.on("data", (chunk: Buffer) => {
      for (const payload of this.#splitter.push(chunk)) this.#waiting.shift()?.take(payload);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const { fail } of this.#waiting.splice(0)) fail(new Error(`the connection of ${clientId} was closed`));
    });
  }

  /** Connects to `host:port`. */
  static async open(address: string, clientId: string): Promise<RawConnection> {
    const [host, port] = address.split(":");
    const socket = connect({ host: host ?? "", port: Number(port), noDelay: true });
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new RawConnection(socket, clientId);
  }

  /** Sends a request; resolves to its answer, which is checked to be the answer of this request. */
  async request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    version: number,
    body: StructIn<Req>,
  ): Promise<StructOut<Res>> {
    const correlationId = ++this.#correlationId;
    const answered = new Promise<Buffer>((take, fail) => this.#waiting.push({ take, fail }));
    for (const piece of encodeRequest(api, version, { correlationId, clientId: this.clientId }, body)) {
      this.#socket.write(piece);
    }
    const response = decodeResponse(api, version, await answered);
    if (response.correlationId !== correlationId)
      throw new Error(`answer ${response.correlationId} to request ${correlationId}`);
    return response.body;
  }

  /** Cuts the connection. */
  close(): void {
    this.#socket.destroy();
  }
}

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

  /**
   * Sends a request; resolves to its answer, which is checked to be the answer of this request. With `behind`, so many bytes that mean
   * nothing follow the last field.
   */
  async request<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    version: number,
    body: StructIn<Req>,
    { behind = 0 }: { readonly behind?: number } = {},
  ): Promise<StructOut<Res>> {
    const answered = new Promise<Buffer>((take, fail) => this.#waiting.push({ take, fail }));
    const correlationId = this.#send(encodeRequest(api, version, this.#head(), body), behind);
    const response = decodeResponse(api, version, await answered);
    if (response.correlationId !== correlationId)
      throw new Error(`answer ${response.correlationId} to request ${correlationId}`);
    return response.body;
  }

  /** Sends a request that has no answer. If one comes nevertheless, the next request fails. */
  tell<Req extends Fields, Res extends Fields>(api: Api<Req, Res>, version: number, body: StructIn<Req>): void {
    this.#send(encodeRequest(api, version, this.#head(), body), 0);
  }

  #head(): { readonly correlationId: number; readonly clientId: string } {
    return { correlationId: ++this.#correlationId, clientId: this.clientId };
  }

  #send(pieces: readonly Buffer[], behind: number): number {
    const frame = Buffer.concat([...pieces, Buffer.alloc(behind)]);
    frame.writeInt32BE(frame.length - 4);
    this.#socket.write(frame);
    return this.#correlationId;
  }

  /** Cuts the connection. */
  close(): void {
    this.#socket.destroy();
  }
}

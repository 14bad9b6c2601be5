import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import {
  apiByKey,
  apis,
  ApiVersions,
  decodeRequest,
  decodeRequestHeader,
  encodeResponse,
  FrameSplitter,
  Metadata,
  type Api,
  type Fields,
  type RequestHeaderView,
  type StructIn,
  type StructOut,
} from "@moldau/protocol-codec";

/** A request as the scripted broker saw it. */
export interface SeenRequest {
  readonly name: string;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly body: unknown;
  readonly socket: Socket;
  /** Number of the connection that it came on, from 0. */
  readonly connection: number;
}

/** What a script may do with a request besides answering it. */
export interface Exchange extends Omit<SeenRequest, "body"> {
  /** Writes any bytes at all. */
  raw(bytes: Buffer): void;
  /** Answers, now or later, possibly under another correlation id or version. */
  reply(body: object, options?: { correlationId?: number; version?: number }): void;
}

/** What a script returns to leave the client without an answer. */
export const silence = Symbol("silence");

type Script = (body: unknown, exchange: Exchange) => unknown;

/**
 * A server that speaks Kafka's framing and answers by script, so that it can also lie: the clients' failure tests run against it.
 *
 * Unless told otherwise it offers every API in every version, and describes itself as a cluster of one broker, node 7.
 */
export class ScriptedBroker {
  readonly requests: SeenRequest[] = [];
  readonly sockets = new Set<Socket>();
  /** Connections accepted so far. */
  accepted = 0;
  /** Takes a fresh connection over instead of reading requests from it. */
  takeOver: ((socket: Socket) => void) | undefined;
  readonly #server: Server;
  readonly #scripts = new Map<number, Script>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start({
    tls,
    host = "127.0.0.1",
    port = 0,
  }: { tls?: TlsOptions; host?: string; port?: number } = {}): Promise<ScriptedBroker> {
    const serve = (socket: Socket): void => broker.#serve(socket);
    const server = tls ? createTlsServer(tls, serve) : createServer({ noDelay: true }, serve);
    const broker = new ScriptedBroker(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
    broker.on(ApiVersions, () => allVersions());
    broker.on(Metadata, () => broker.metadata());
    return broker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Sets what is answered to an API. */
  on<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    script: (
      body: StructOut<Req>,
      exchange: Exchange,
    ) => StructIn<Res> | typeof silence | Promise<StructIn<Res> | typeof silence>,
  ): this {
    this.#scripts.set(api.key, script as Script);
    return this;
  }

  /** A Metadata answer about a cluster of this broker alone. */
  metadata(
    topics: StructIn<typeof Metadata.response.fields>["topics"] = [],
  ): StructIn<typeof Metadata.response.fields> {
    return {
      brokers: [{ nodeId: 7, host: "127.0.0.1", port: this.port }],
      clusterId: "scripted",
      controllerId: 7,
      topics,
    };
  }

  seen(name: string): SeenRequest[] {
    return this.requests.filter((request) => request.name === name);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    const connection = this.accepted++;
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => undefined);
    if (this.takeOver) return this.takeOver(socket);
    const splitter = new FrameSplitter({ maxFrameBytes: 256 * 1024 * 1024 });
    socket.on("data", (chunk: Buffer) => {
      for (const payload of splitter.push(chunk)) void this.#handle(socket, connection, payload);
    });
  }

  async #handle(socket: Socket, connection: number, payload: Buffer): Promise<void> {
    const header: RequestHeaderView = decodeRequestHeader(payload);
    const api = apiByKey(header.apiKey) as Api;
    const base = {
      name: api.name,
      version: header.apiVersion,
      correlationId: header.correlationId,
      clientId: header.clientId,
      socket,
      connection,
    };
    const body = decodeRequest(api, header.apiVersion, payload, header.bodyOffset);
    this.requests.push({ ...base, body });
    const raw = (bytes: Buffer): void => void socket.write(bytes);
    const reply: Exchange["reply"] = (
      answer,
      { correlationId = header.correlationId, version = header.apiVersion } = {},
    ) => raw(Buffer.concat(encodeResponse(api, version, { correlationId }, answer)));
    const answer = await this.#scripts.get(api.key)?.(body, { ...base, raw, reply });
    if (answer !== silence && answer !== undefined && !socket.destroyed) reply(answer as object);
  }
}

/** An ApiVersions answer that offers everything, or what `limit` leaves of it. */
export function allVersions(
  limit: Record<string, { min?: number; max: number } | null> = {},
): StructIn<typeof ApiVersions.response.fields> {
  return {
    apiKeys: apis.flatMap((api) => {
      const bounds = limit[api.name];
      if (bounds === null) return [];
      return [
        { apiKey: api.key, minVersion: bounds?.min ?? api.minVersion, maxVersion: bounds?.max ?? api.maxVersion },
      ];
    }),
  };
}

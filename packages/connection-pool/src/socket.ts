import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { KafkaError } from "@moldau/protocol-codec";
import { formatAddress, type Address } from "./addresses.js";
import { ClientErrorCode, connectionFailed, messageOf } from "./errors.js";

// Taken when the module is loaded, before any fake timers.
const nextTick = process.nextTick.bind(process);

/** Where to, and whether encrypted. */
export interface SocketOptions {
  readonly address: Address;
  /** TLS options; absent: unencrypted. The server's name is checked against `servername`, by default the host. */
  readonly tls: ConnectionOptions | undefined;
  /** Time for the whole opening in milliseconds; what one address of several may take follows from it. */
  readonly timeoutMs: number;
}

/** What happens on a socket, in order: `opened` at most once, `data` any number of times, and `closed` once, always. */
export interface SocketEvents {
  opened(): void;
  data(chunk: Buffer): void;
  /** Everything written so far was taken: more may be written. */
  drained(): void;
  /** The socket is gone. `error` is why; absent when the other side ended the connection in good order. */
  closed(error: KafkaError | undefined): void;
}

/**
 * Opens a socket to a broker. A name with several addresses is tried address by address (KIP-302), of both families.
 *
 * The socket is destroyed, not half-closed, when the other side ends the connection.
 */
export function openSocket({ address, tls, timeoutMs }: SocketOptions, events: SocketEvents): Socket {
  const target = {
    host: address.host,
    port: address.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(2500, Math.floor(timeoutMs / 4))),
    // How much may wait for the operating system before writing pauses; Node's 16 KiB would stop behind every record batch.
    highWaterMark: writeBufferBytes,
    writableHighWaterMark: writeBufferBytes,
  };
  const socket = tls
    ? connectTls({ ...target, servername: isIP(address.host) === 0 ? address.host : "", ...tls })
    : connectTcp(target);
  let failure: KafkaError | undefined;
  let opened = false;
  socket.once(tls ? "secureConnect" : "connect", () => {
    opened = true;
    events.opened();
  });
  socket.on("data", (chunk: Buffer) => events.data(chunk));
  socket.on("drain", () => events.drained());
  socket.on("error", (error) => {
    failure ??= explain(error, { address, opened, encrypted: tls !== undefined });
  });
  socket.once("end", () => socket.destroy());
  socket.once("close", () => events.closed(failure));
  return socket;
}

/**
 * Hands a frame to the socket; `done` tells when its buffers are no longer needed.
 *
 * All that is written in one turn of the event loop goes out in one system call: with five requests in flight, whose answers come together,
 * the call is what a small request costs most (7 of 10 us measured).
 */
export function writeFrame(socket: Socket, buffers: readonly Buffer[], done: (error?: Error | null) => void): void {
  if (socket.writableCorked === 0) {
    socket.cork();
    nextTick(() => socket.uncork());
  }
  const last = buffers.length - 1;
  buffers.forEach((buffer, index) => {
    if (index === last) socket.write(buffer, done);
    else socket.write(buffer);
  });
}

const writeBufferBytes = 1024 * 1024;

function explain(
  error: Error,
  { address, opened, encrypted }: { readonly address: Address; readonly opened: boolean; readonly encrypted: boolean },
): KafkaError {
  const where = formatAddress(address);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (encrypted && isTlsFailure(code)) {
    const hint =
      code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "EPROTO"
        ? " The port may not be encrypted: leave out the option tls, or use the encrypted port."
        : "";
    return new KafkaError(
      ClientErrorCode.TLS_FAILED,
      `No encrypted connection to ${where}: ${messageOf(error)}.${hint}`,
      { address: where, written: false, cause: error },
    );
  }
  if (opened)
    return new KafkaError(ClientErrorCode.CONNECTION_CLOSED, `The connection to ${where} broke: ${messageOf(error)}.`, {
      retriable: true,
      address: where,
      cause: error,
    });
  return connectionFailed(`No connection to ${where}: ${describe(error)}.`, { address: where, cause: error });
}

// Certificates are judged by OpenSSL, whose codes have no prefix in common: they say what about the certificate, its issuer or its name is wrong.
function isTlsFailure(code: string): boolean {
  return /^(?:ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO$)|CERT|ISSUER|SIGNATURE|CRL/u.test(code);
}

function describe(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  return messageOf(error);
}

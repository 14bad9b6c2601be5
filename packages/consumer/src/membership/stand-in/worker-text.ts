import { brotliDecompressSync } from "node:zlib";

/** What `worker.ts` and all that it imports come to as one CommonJS script, compressed with Brotli, in Base64. The build puts it in place of this name. */
declare const heartbeatWorkerText: string;

/** The script that runs in a worker. */
export function workerScript(): string {
  return brotliDecompressSync(Buffer.from(heartbeatWorkerText, "base64")).toString("utf8");
}

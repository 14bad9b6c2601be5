import { Uuid } from "@moldau/protocol-codec";
import type { RequestBody } from "./handler.js";

/**
 * The same request with bytes of its own.
 *
 * A handler may write into the bytes of the request that it is given (a Produce is stamped where it lies, and so not copied), and it is given
 * a request once. Whoever keeps a request to look at it, or to have it served again, hands on a copy.
 */
export function bodyCopy(body: RequestBody): RequestBody {
  return Object.fromEntries(Object.entries(body).map(([name, field]) => [name, copyOf(field)]));
}

function copyOf(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null || value instanceof Uuid) return value;
  return bodyCopy(value);
}

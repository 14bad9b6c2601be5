import { Uuid } from "@moldau/protocol-codec";

/**
 * Where two decoded values differ first, as a sentence; undefined when they are the same to the last bit and key.
 *
 * `isDeepStrictEqual` of Node will not do: it takes any two uuids for equal, because their bits are private to them.
 */
export function exactDifference(wanted: unknown, given: unknown, path = ""): string | undefined {
  if (Object.is(wanted, given)) return undefined;
  const differs = (): string => `${path || "the value"}: ${show(wanted)} wanted, ${show(given)} given`;
  if (typeof wanted !== "object" || typeof given !== "object" || wanted === null || given === null) return differs();
  if (Object.getPrototypeOf(wanted) !== Object.getPrototypeOf(given)) return differs();
  if (wanted instanceof Uuid) return wanted.equals(given as Uuid) ? undefined : differs();
  if (Buffer.isBuffer(wanted)) return wanted.equals(given as Buffer) ? undefined : differs();
  return keysDifference(wanted, given, path) ?? membersDifference(wanted, given, path);
}

function keysDifference(wanted: object, given: object, path: string): string | undefined {
  const [these, those] = [Object.keys(wanted), Object.keys(given)];
  if (Array.isArray(wanted))
    return these.length === those.length
      ? undefined
      : `${path}: ${these.length} elements wanted, ${those.length} given`;
  // The order of keys counts: V8 gives objects of one order one hidden class.
  return these.join() === those.join() ? undefined : `${path}: the keys ${these} wanted, ${those} given`;
}

function membersDifference(wanted: object, given: object, path: string): string | undefined {
  const others = given as Record<string, unknown>;
  for (const [name, member] of Object.entries(wanted)) {
    const difference = exactDifference(
      member,
      others[name],
      Array.isArray(wanted) ? `${path}[${name}]` : `${path}.${name}`,
    );
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function show(value: unknown): string {
  if (Buffer.isBuffer(value)) return `bytes ${value.toString("hex")}`;
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  return value instanceof Uuid || typeof value !== "object"
    ? String(value)
    : (JSON.stringify(value, bigintAsText) ?? "");
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}

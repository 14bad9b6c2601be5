/** One value in ASN.1's distinguished encoding (X.690): its tag, its length, its contents. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, { length: size }) => sum + size, 0);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(length)]), ...contents]);
}

/** SEQUENCE. */
export function sequence(...items: readonly Uint8Array[]): Buffer {
  return der(0x30, ...items);
}

/** SET. */
export function set(...items: readonly Uint8Array[]): Buffer {
  return der(0x31, ...items);
}

/** BOOLEAN, true. */
export const trueValue: Buffer = der(0x01, Buffer.from([0xff]));

/** A non-negative INTEGER, from its bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const isNegative = ((bytes[0] ?? 0) & 0x80) !== 0;
  return der(0x02, Buffer.from(isNegative ? [0] : []), bytes);
}

/** OBJECT IDENTIFIER, from its dotted form. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** UTF8String. */
export function utf8(text: string): Buffer {
  return der(0x0c, Buffer.from(text, "utf8"));
}

/** GeneralizedTime, to the second. */
export function time(ms: number): Buffer {
  return der(0x18, Buffer.from(`${new Date(ms).toISOString().replaceAll(/[-:T]|\..*/g, "")}Z`, "latin1"));
}

/** OCTET STRING. */
export function octets(bytes: Uint8Array): Buffer {
  return der(0x04, bytes);
}

/** BIT STRING; the last byte has `unused` bits that mean nothing. */
export function bits(bytes: Uint8Array, unused = 0): Buffer {
  return der(0x03, Buffer.from([unused]), bytes);
}

/** A value of one's own kind, `[number]`, around others. */
export function tagged(number: number, ...items: readonly Uint8Array[]): Buffer {
  return der(0xa0 | number, ...items);
}

/** A value of one's own kind, `[number]`, in place of a string's tag. */
export function taggedBytes(number: number, bytes: Uint8Array): Buffer {
  return der(0x80 | number, bytes);
}

/** PEM: base64 between two lines that say what it is. */
export function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100)) bytes.unshift(rest % 0x100);
  return [0x80 | bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const groups = [value % 0x80];
  for (let rest = Math.floor(value / 0x80); rest > 0; rest = Math.floor(rest / 0x80))
    groups.unshift(0x80 | (rest % 0x80));
  return groups;
}

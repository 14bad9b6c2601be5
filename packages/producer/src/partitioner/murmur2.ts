const seed = 0x9747b28c | 0;
const multiplier = 0x5bd1e995;

/**
 * The 32-bit murmur2 hash that Kafka's Java clients give to keys, as a signed integer.
 *
 * `org.apache.kafka.common.utils.Utils.murmur2`, to the bit: a key goes to the same partition whatever client sends it.
 */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  const aligned = length & ~3;
  let hash = seed ^ length;
  for (let i = 0; i < aligned; i += 4) {
    hash = mix(
      hash,
      byteAt(bytes, i) | (byteAt(bytes, i + 1) << 8) | (byteAt(bytes, i + 2) << 16) | (byteAt(bytes, i + 3) << 24),
    );
  }
  let tail = 0;
  for (let i = length - 1; i >= aligned; i--) tail = (tail << 8) | byteAt(bytes, i);
  return finish(hash, tail, length !== aligned);
}

/** {@link murmur2} of a text's UTF-8 bytes; text that is all ASCII is hashed as it lies, without encoding it first. */
export function murmur2OfText(text: string): number {
  const length = text.length;
  const aligned = length & ~3;
  let hash = seed ^ length;
  let seen = 0;
  for (let i = 0; i < aligned; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    seen |= a | b | c | d;
    hash = mix(hash, a | (b << 8) | (c << 16) | (d << 24));
  }
  let tail = 0;
  for (let i = length - 1; i >= aligned; i--) {
    seen |= text.charCodeAt(i);
    tail = (tail << 8) | text.charCodeAt(i);
  }
  if (seen > 0x7f) return murmur2(Buffer.from(text, "utf8"));
  return finish(hash, tail, length !== aligned);
}

function mix(hash: number, word: number): number {
  let mixed = Math.imul(word, multiplier);
  mixed ^= mixed >>> 24;
  return Math.imul(hash, multiplier) ^ Math.imul(mixed, multiplier);
}

function finish(hash: number, tail: number, hasTail: boolean): number {
  let result = hasTail ? Math.imul(hash ^ tail, multiplier) : hash;
  result = Math.imul(result ^ (result >>> 13), multiplier);
  return result ^ (result >>> 15);
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

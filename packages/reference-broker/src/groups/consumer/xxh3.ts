/**
 * XXH3 with 64 bits, without a seed, over the standard secret: the hash by which Apache Kafka tells whether the topics of a group have
 * changed. In BigInt, because it is asked for once for each change of a topic, of some hundred bytes.
 */
export function xxh3(input: Uint8Array): bigint {
  const data = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const { byteLength: length } = data;
  if (length === 0) return avalanche64(secretAt(56) ^ secretAt(64));
  if (length <= 3) return upTo3(data);
  if (length <= 8) return upTo8(data);
  if (length <= 16) return upTo16(data);
  if (length <= 128) return upTo128(data);
  return length <= 240 ? upTo240(data) : longer(data);
}

const mask = 0xffff_ffff_ffff_ffffn;
const prime32 = [0x9e37_79b1n, 0x85eb_ca77n, 0xc2b2_ae3dn] as const;
const prime64 = [
  0x9e37_79b1_85eb_ca87n,
  0xc2b2_ae3d_27d4_eb4fn,
  0x1656_67b1_9e37_79f9n,
  0x85eb_ca77_c2b2_ae63n,
  0x27d4_eb2f_1656_67c5n,
] as const;
const primeMix1 = 0x1656_6791_9e37_79f9n;
const primeMix2 = 0x9fb2_1c65_1e98_df25n;

const secret = new DataView(
  Uint8Array.from(
    Buffer.from(
      "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221" +
        "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8" +
        "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb" +
        "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e",
      "hex",
    ),
  ).buffer,
);

function secretAt(offset: number): bigint {
  return secret.getBigUint64(offset, true);
}

function upTo3(data: DataView): bigint {
  const { byteLength: length } = data;
  const [first, middle, last] = [data.getUint8(0), data.getUint8(length >> 1), data.getUint8(length - 1)];
  const combined = BigInt(((first << 16) | (middle << 24) | last | (length << 8)) >>> 0);
  return avalanche64(combined ^ BigInt((secret.getUint32(0, true) ^ secret.getUint32(4, true)) >>> 0));
}

function upTo8(data: DataView): bigint {
  const { byteLength: length } = data;
  const [first, last] = [BigInt(data.getUint32(0, true)), BigInt(data.getUint32(length - 4, true))];
  let hash = (last + (first << 32n)) ^ secretAt(8) ^ secretAt(16);
  hash ^= rotate(hash, 49n) ^ rotate(hash, 24n);
  hash = (hash * primeMix2) & mask;
  hash ^= (hash >> 35n) + BigInt(length);
  hash = (hash * primeMix2) & mask;
  return hash ^ (hash >> 28n);
}

function upTo16(data: DataView): bigint {
  const { byteLength: length } = data;
  const low = data.getBigUint64(0, true) ^ secretAt(24) ^ secretAt(32);
  const high = data.getBigUint64(length - 8, true) ^ secretAt(40) ^ secretAt(48);
  return avalanche(BigInt(length) + swapBytes(low) + high + foldedProduct(low, high));
}

function upTo128(data: DataView): bigint {
  const { byteLength: length } = data;
  let sum = BigInt(length) * prime64[0];
  for (let pair = Math.ceil(length / 32) - 1; pair >= 0; pair--) {
    sum += mix16(data, 16 * pair, 32 * pair);
    sum += mix16(data, length - 16 * (pair + 1), 32 * pair + 16);
  }
  return avalanche(sum);
}

function upTo240(data: DataView): bigint {
  const { byteLength: length } = data;
  let sum = BigInt(length) * prime64[0];
  for (let round = 0; round < 8; round++) sum += mix16(data, 16 * round, 16 * round);
  sum = avalanche(sum);
  for (let round = 8; round < Math.floor(length / 16); round++) sum += mix16(data, 16 * round, 16 * (round - 8) + 3);
  return avalanche(sum + mix16(data, length - 16, 136 - 17));
}

const stripe = 64;
const stripesInBlock = (secret.byteLength - stripe) / 8;
const block = stripe * stripesInBlock;

function longer(data: DataView): bigint {
  const { byteLength: length } = data;
  let lanes: readonly bigint[] = [
    prime32[2],
    prime64[0],
    prime64[1],
    prime64[2],
    prime64[3],
    prime32[1],
    prime64[4],
    prime32[0],
  ];
  const stripes = Math.floor((length - 1) / stripe);
  for (let index = 0; index < stripes; index++) {
    lanes = accumulate(lanes, data, { at: stripe * index, secretAtByte: 8 * (index % stripesInBlock) });
    if ((index + 1) % stripesInBlock === 0 && stripe * (index + 1) <= block * Math.floor((length - 1) / block))
      lanes = scramble(lanes);
  }
  lanes = accumulate(lanes, data, { at: length - stripe, secretAtByte: secret.byteLength - stripe - 7 });
  let sum = BigInt(length) * prime64[0];
  for (let pair = 0; pair < 4; pair++)
    sum += foldedProduct(
      lane(lanes, 2 * pair) ^ secretAt(11 + 16 * pair),
      lane(lanes, 2 * pair + 1) ^ secretAt(19 + 16 * pair),
    );
  return avalanche(sum);
}

function accumulate(
  lanes: readonly bigint[],
  data: DataView,
  { at, secretAtByte }: { readonly at: number; readonly secretAtByte: number },
): readonly bigint[] {
  return lanes.map((value, index) => {
    const key = data.getBigUint64(at + 8 * index, true) ^ secretAt(secretAtByte + 8 * index);
    const neighbour = data.getBigUint64(at + 8 * (index ^ 1), true);
    return (value + neighbour + (key & 0xffff_ffffn) * (key >> 32n)) & mask;
  });
}

function scramble(lanes: readonly bigint[]): readonly bigint[] {
  const start = secret.byteLength - stripe;
  return lanes.map((value, index) => ((value ^ (value >> 47n) ^ secretAt(start + 8 * index)) * prime32[0]) & mask);
}

function lane(lanes: readonly bigint[], index: number): bigint {
  return lanes[index] ?? 0n;
}

function mix16(data: DataView, at: number, secretOffset: number): bigint {
  return foldedProduct(
    data.getBigUint64(at, true) ^ secretAt(secretOffset),
    data.getBigUint64(at + 8, true) ^ secretAt(secretOffset + 8),
  );
}

/** The two halves of the 128-bit product, one over the other. */
function foldedProduct(one: bigint, other: bigint): bigint {
  const product = one * other;
  return (product & mask) ^ (product >> 64n);
}

function avalanche(sum: bigint): bigint {
  let hash = sum & mask;
  hash ^= hash >> 37n;
  hash = (hash * primeMix1) & mask;
  return hash ^ (hash >> 32n);
}

function avalanche64(start: bigint): bigint {
  let hash = start;
  hash ^= hash >> 33n;
  hash = (hash * prime64[1]) & mask;
  hash ^= hash >> 29n;
  hash = (hash * prime64[2]) & mask;
  return hash ^ (hash >> 32n);
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & mask;
}

function swapBytes(value: bigint): bigint {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes.readBigUInt64BE();
}

import { describe, expect, test } from "vitest";
import { xxh3 } from "./xxh3.js";

/** What hash4j 0.22, which Apache Kafka uses, makes of `length` bytes; byte i is (7 i + length) modulo 256. Each way of the algorithm, with its ends. */
const byHash4j: readonly (readonly [length: number, hash: bigint])[] = [
  [0, 0x2d06800538d394c2n],
  [1, 0xe12ef9d2eb86ceebn],
  [2, 0x33b0814d4f061d86n],
  [3, 0xa9088dda485b481cn],
  [4, 0x57648c318a7a307en],
  [5, 0x239bb6b88222271dn],
  [8, 0xb0fb3e3c3f94990an],
  [9, 0x8aca5cb309437c2en],
  [16, 0x2bd926d88792965an],
  [17, 0x621f018aad19b14an],
  [32, 0x8911535e799e4d99n],
  [33, 0xb6d8b523db9b284cn],
  [64, 0x1b1bf114c7371f1bn],
  [65, 0xf0037f8ac0441cc4n],
  [96, 0xcfb21e0d09d8ef29n],
  [97, 0xe1415ca7902a74dan],
  [128, 0xe9549af9a74093e6n],
  [129, 0xb54ad1cd8a4c84b9n],
  [200, 0x660156a92b43203fn],
  [240, 0x3e136902ec966624n],
  [241, 0xbd7d29b6ba966d6an],
  [256, 0xff5a1cefade75bb9n],
  [1000, 0x918d265b440e5611n],
  [1024, 0xdc5acf0b043c445bn],
  [1025, 0xc856c953bbdbc807n],
  [1088, 0x1abb96b061cd5757n],
  [2048, 0x848d24cc268f7498n],
  [2049, 0x36bbe6219dfccdan],
  [5000, 0x308f149a673a1625n],
];

describe("xxh3", () => {
  test.each(byHash4j)("of %i bytes it is the library's of Apache Kafka", (length, hash) => {
    expect(xxh3(Uint8Array.from({ length }, (_, index) => (7 * index + length) & 0xff))).toBe(hash);
  });
});

import { createHash, createPublicKey, randomBytes, sign, type KeyObject } from "node:crypto";
import {
  bits,
  integer,
  objectId,
  octets,
  pem,
  sequence,
  set,
  tagged,
  taggedBytes,
  time,
  trueValue,
  utf8,
} from "./der.js";

/** What a certificate says. */
export interface CertificateContents {
  /** Common name of its owner. */
  readonly subject: string;
  /** Common name of who vouches for it. */
  readonly issuer: string;
  /** The owner's key; of a private one its public half is taken. */
  readonly key: KeyObject;
  /** The private key of who vouches for it. */
  readonly issuerKey: KeyObject;
  /** From when to when it holds, in milliseconds since 1970. */
  readonly validFromMs: number;
  readonly validToMs: number;
  /** Host names and IP addresses that it is good for; undefined: it is an authority's own, good for signing others. */
  readonly hosts: readonly string[] | undefined;
}

/** An X.509 certificate (RFC 5280) over keys on the curve P-256, as PEM. */
export function certificate(contents: CertificateContents): string {
  const signed = toBeSigned(contents);
  return pem("CERTIFICATE", sequence(signed, ecdsaWithSha256, bits(sign("sha256", signed, contents.issuerKey))));
}

const ecdsaWithSha256 = sequence(objectId("1.2.840.10045.4.3.2"));

function toBeSigned(contents: CertificateContents): Buffer {
  const { subject, issuer, key, validFromMs, validToMs } = contents;
  const serial = randomBytes(16);
  // A leading zero would not be the shortest way to write the number.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return sequence(
    tagged(0, integer(Buffer.from([2]))), // version 3
    integer(serial),
    ecdsaWithSha256,
    commonName(issuer),
    sequence(time(validFromMs), time(validToMs)),
    commonName(subject),
    publicPart(key),
    tagged(3, sequence(...extensions(contents))),
  );
}

function commonName(name: string): Buffer {
  return sequence(set(sequence(objectId("2.5.4.3"), utf8(name))));
}

function extensions({ key, issuerKey, hosts }: CertificateContents): Buffer[] {
  const identifiers = [
    extension("2.5.29.14", octets(keyId(key))),
    extension("2.5.29.35", sequence(taggedBytes(0, keyId(issuerKey)))),
  ];
  if (hosts === undefined) {
    const mayVouch = extension("2.5.29.19", sequence(trueValue), { isCritical: true });
    const signsCertificates = extension("2.5.29.15", bits(Buffer.from([0b0000_0110]), 1), { isCritical: true });
    return [mayVouch, signsCertificates, ...identifiers];
  }
  const names = hosts.length === 0 ? [] : [extension("2.5.29.17", sequence(...hosts.map(alternativeName)))];
  return [
    extension("2.5.29.19", sequence(), { isCritical: true }),
    extension("2.5.29.15", bits(Buffer.from([0b1000_0000]), 7), { isCritical: true }), // signs handshakes
    extension("2.5.29.37", sequence(objectId("1.3.6.1.5.5.7.3.1"), objectId("1.3.6.1.5.5.7.3.2"))), // server, client
    ...identifiers,
    ...names,
  ];
}

function extension(id: string, value: Buffer, { isCritical = false } = {}): Buffer {
  return sequence(objectId(id), ...(isCritical ? [trueValue] : []), octets(value));
}

function alternativeName(host: string): Buffer {
  const isAddress = ipv4.test(host) || host.includes(":");
  return isAddress ? taggedBytes(7, addressBytes(host)) : taggedBytes(2, Buffer.from(host, "latin1"));
}

const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

function addressBytes(address: string): Buffer {
  if (ipv4.test(address)) return Buffer.from(address.split(".").map(Number));
  // The URL parser writes IPv6 in its shortest form, without IPv4 in it: at most one "::" is left to be filled.
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const before = head.split(":").filter(Boolean);
  const after = (tail ?? "").split(":").filter(Boolean);
  const groups = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => "0"), ...after];
  return Buffer.concat(groups.map((group) => Buffer.from(group.padStart(4, "0"), "hex")));
}

/** SubjectPublicKeyInfo. */
function publicPart(key: KeyObject): Buffer {
  return (key.type === "private" ? createPublicKey(key) : key).export({ type: "spki", format: "der" });
}

/** What names a key: a digest of it. Any will do that differs from key to key (RFC 5280, 4.2.1.2). */
function keyId(key: KeyObject): Buffer {
  return createHash("sha256").update(publicPart(key)).digest().subarray(0, 20);
}

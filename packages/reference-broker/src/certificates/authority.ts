import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { systemClock } from "@moldau/platform";
import { checkKeys } from "../known-names.js";
import { certificate } from "./certificate.js";

/** A certificate with its private key, both as PEM: what Node's options of TLS take as `cert` and `key`. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** For whom a certificate is issued. */
export interface IssueOptions {
  /** The common name, by which a broker knows a client. Default: the first of the hosts, or `client`. */
  readonly name?: string;
  /** The host names and IP addresses at which clients reach its owner. Default: `localhost`, `127.0.0.1` and `::1`. */
  readonly hosts?: readonly string[];
}

/** An authority that signs certificates, for tests and development. */
export interface CertificateAuthority extends IssuedCertificate {
  /** Its own certificate as PEM, for those who are to trust what it signs: option `ca` of TLS. The same as `cert`. */
  readonly ca: string;
  /** Makes a certificate for a broker or a client, good until the authority's own ends. Throws a RangeError for options that make no sense. */
  issue(options?: IssueOptions): IssuedCertificate;
}

/** What a {@link CertificateAuthority} is made with. */
export interface AuthorityOptions {
  /** The common name of it. Default `Moldau development authority`. */
  readonly name?: string;
  /** How long it and what it signs are good for, in days. Default 365. */
  readonly validDays?: number;
}

/**
 * Makes an authority that signs certificates for tests and development: a broker with TLS, clients with certificates, without other programs.
 * The keys are made anew (P-256). Throws a RangeError for options that make no sense.
 *
 * @example
 * const authority = createAuthority();
 * const broker = await startBroker({ tls: authority.issue() });
 * const kafka = new Kafka({ brokers: broker.bootstrapServers, tls: { ca: authority.ca } });
 */
export function createAuthority(options: AuthorityOptions = {}): CertificateAuthority {
  checkKeys("createAuthority", options, ["name", "validDays"]);
  const { name = "Moldau development authority", validDays = 365 } = options;
  if (typeof name !== "string" || name === "") throw new RangeError("name must be a text that is not empty");
  if (!(validDays > 0 && validDays <= 36_500))
    throw new RangeError(`validDays must be a number above 0, up to 36500, not ${validDays}`);
  const key = newKey();
  const { validFromMs, validToMs } = validity(validDays);
  const own = { subject: name, issuer: name, key, issuerKey: key, hosts: undefined };
  const cert = certificate({ ...own, validFromMs, validToMs });
  return authorityOf({ name, cert, key, validToMs });
}

/** The authority of a certificate and key that {@link createAuthority} made before. Throws when they are none. */
export function restoreAuthority(
  { cert, key }: IssuedCertificate,
  name: string,
  validToMs: number,
): CertificateAuthority {
  return authorityOf({ name, cert, key: createPrivateKey(key), validToMs });
}

interface AuthorityParts {
  readonly name: string;
  readonly cert: string;
  readonly key: KeyObject;
  readonly validToMs: number;
}

function authorityOf({ name: issuer, cert, key: issuerKey, validToMs }: AuthorityParts): CertificateAuthority {
  return {
    ca: cert,
    cert,
    key: pemOf(issuerKey),
    issue: (options = {}) => {
      checkKeys("issue", options, ["name", "hosts"]);
      const { name, hosts = localHosts } = options;
      if (!Array.isArray(hosts) || !hosts.every(isHost))
        throw new RangeError(`hosts must be a list of host names and IP addresses, not ${JSON.stringify(hosts)}`);
      const subject = name ?? hosts[0] ?? "client";
      if (typeof subject !== "string" || subject === "") throw new RangeError("name must be a text that is not empty");
      const key = newKey();
      const { validFromMs } = validity(1);
      return { cert: certificate({ subject, issuer, key, issuerKey, validFromMs, validToMs, hosts }), key: pemOf(key) };
    },
  };
}

const localHosts = ["localhost", "127.0.0.1", "::1"];
const dayMs = 86_400_000;

/** From an hour ago on: clocks of other machines may be behind. */
function validity(days: number): { readonly validFromMs: number; readonly validToMs: number } {
  const nowMs = systemClock.now();
  return { validFromMs: nowMs - 3_600_000, validToMs: nowMs + days * dayMs };
}

function isHost(host: unknown): boolean {
  return typeof host === "string" && /^[\w.:*-]+$/.test(host);
}

function newKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

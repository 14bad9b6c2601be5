import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { systemClock } from "@moldau/platform";
import { createAuthority, restoreAuthority, type CertificateAuthority } from "../certificates/authority.js";

/** Certificates for development: where clients find what they need, as absolute paths. */
export interface DevelopmentTls {
  readonly authority: CertificateAuthority;
  /** The authority's certificate, for those who are to trust the broker. */
  readonly caFile: string;
  /** A certificate for a client with its key, where clients need one: in one file, as Java wants it. */
  readonly clientFile: string | undefined;
  /** Writes the files. To be called when the broker has the directory; rejects with the system's error. */
  readonly save: () => Promise<void>;
  /** Removes what is of no use after the broker's end. */
  readonly dispose: () => Promise<void>;
}

/**
 * Takes the authority that lies in the data directory, or makes one; without a data directory it lies in a folder of its own that goes with
 * the broker. Rejects with a sentence when the files make no sense.
 */
export async function developmentTls(
  dataDir: string | undefined,
  { needsClient }: { readonly needsClient: boolean },
): Promise<DevelopmentTls> {
  const folder = dataDir === undefined ? await mkdtemp(join(tmpdir(), "moldau-tls-")) : resolve(dataDir);
  const pathOf = (name: keyof typeof fileNames): string => join(folder, fileNames[name]);
  const authority = (await keptAuthority(pathOf("cert"), pathOf("key"))) ?? createAuthority({ name: authorityName });
  const client = needsClient ? authority.issue({ name: "moldau-client", hosts: [] }) : undefined;
  return {
    authority,
    caFile: pathOf("cert"),
    clientFile: client && pathOf("client"),
    save: async () => {
      await writeFile(pathOf("cert"), authority.cert, { mode: shared });
      await writeFile(pathOf("key"), authority.key, { mode: secret });
      if (client !== undefined) await writeFile(pathOf("client"), client.key + client.cert, { mode: secret });
    },
    dispose: async () => {
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

const fileNames = {
  cert: "moldau-ca.pem",
  key: "moldau-ca-key.pem",
  client: "moldau-client.pem",
} as const;
const authorityName = "Moldau development authority";
const shared = 0o644;
const secret = 0o600;

/** How long an authority that is kept has to be good for, to be taken again: a day, in milliseconds. */
const leastLeftMs = 86_400_000;

async function keptAuthority(certPath: string, keyPath: string): Promise<CertificateAuthority | undefined> {
  const [cert, key] = await Promise.all([textOf(certPath), textOf(keyPath)]);
  if (cert === undefined || key === undefined) return undefined;
  try {
    const validToMs = Date.parse(new X509Certificate(cert).validTo);
    if (validToMs - systemClock.now() < leastLeftMs) return undefined;
    return restoreAuthority({ cert, key }, authorityName, validToMs);
  } catch (error) {
    throw new Error(`${certPath} or ${keyPath} cannot be read: remove both, and new ones are made`, { cause: error });
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined; // Whatever keeps it from being read shows when it is written.
  }
}

import { readFile } from "node:fs/promises";
import type { TlsOptions } from "node:tls";
import type { BrokerOptions } from "../options.js";
import type { SaslOptions, SaslUser } from "../security/users.js";
import { developmentTls, type DevelopmentTls } from "./development-tls.js";
import type { ServeCommand, WantedSasl, WantedTls } from "./parse-command.js";
import { parseUserFile, parseUserVariable, usersVariable } from "./parse-user.js";
import { UsageError } from "./usage-error.js";

/** A command with what its files say. */
export interface PreparedCommand {
  readonly options: BrokerOptions;
  /** Certificates that were made for development, if any. */
  readonly development: DevelopmentTls | undefined;
  /** Who may log in, and how; undefined: nobody has to. */
  readonly sasl: SaslOptions | undefined;
}

/**
 * Reads the files that a command names and makes what it lets be made. Rejects with a {@link UsageError} for a file that cannot be read or
 * makes no sense.
 */
export async function prepareCommand(
  command: ServeCommand,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PreparedCommand> {
  const sasl = command.sasl && (await saslOptions(command.sasl, environment[usersVariable]));
  const { tls, development } =
    command.tls === undefined
      ? { tls: undefined, development: undefined }
      : await tlsOptions(command.tls, { dataDir: command.options.dataDir, hosts: hostsOf(command) });
  return { options: { ...command.options, ...listenersOf(command, tls, sasl) }, development, sasl };
}

function listenersOf(
  { listeners }: ServeCommand,
  tls: TlsOptions | undefined,
  sasl: SaslOptions | undefined,
): Pick<BrokerOptions, "tls" | "sasl" | "listeners"> {
  const given = (encrypted: boolean, login: boolean): Pick<BrokerOptions, "tls" | "sasl"> => ({
    ...(encrypted && tls !== undefined ? { tls } : {}),
    ...(login && sasl !== undefined ? { sasl } : {}),
  });
  if (listeners.length === 0) return given(true, true);
  return {
    listeners: listeners.map(({ name, host, port, advertisedHost, isEncrypted, wantsLogin }) => ({
      name,
      port,
      ...(advertisedHost === undefined ? {} : { advertisedHost }),
      ...(host === undefined ? {} : { host }),
      ...given(isEncrypted, wantsLogin),
    })),
  };
}

async function tlsOptions(
  { files, ca: caPath, asksClients }: WantedTls,
  { dataDir, hosts }: { readonly dataDir: string | undefined; readonly hosts: readonly string[] },
): Promise<{ readonly tls: TlsOptions; readonly development: DevelopmentTls | undefined }> {
  const ca = caPath === undefined ? undefined : await pemOf("--tls-ca", caPath);
  const clients = asksClients ? { requestCert: true, rejectUnauthorized: true } : {};
  if (files !== undefined) {
    const [cert, key] = [await pemOf("--tls-cert", files.cert), await pemOf("--tls-key", files.key)];
    return { tls: { cert, key, ...(ca === undefined ? {} : { ca }), ...clients }, development: undefined };
  }
  const development = await developmentTls(dataDir, { needsClient: asksClients && ca === undefined });
  const { authority } = development;
  const trusted = asksClients ? { ca: ca ?? authority.ca } : {};
  return { tls: { ...authority.issue({ hosts }), ...trusted, ...clients }, development };
}

/** By what names clients may reach this machine. */
function hostsOf({ options: { host, advertisedHost }, listeners }: ServeCommand): readonly string[] {
  const named = [advertisedHost, host, ...listeners.flatMap((each) => [each.host, each.advertisedHost])];
  const given = named.filter((name) => name !== undefined && name !== "0.0.0.0" && name !== "::");
  return [...new Set([...given.flatMap((name) => name ?? []), "localhost", "127.0.0.1", "::1"])];
}

async function saslOptions(wanted: WantedSasl, variable: string | undefined): Promise<SaslOptions> {
  const { userFile, mechanisms, sessionLifetimeMs } = wanted;
  const users: readonly SaslUser[] = [
    ...wanted.users,
    ...(userFile === undefined ? [] : parseUserFile(await textOf("--user-file", userFile), userFile)),
    ...(variable === undefined ? [] : parseUserVariable(variable)),
  ];
  if (users.length === 0)
    throw new UsageError(`nobody could log in: there are no users in ${userFile ?? usersVariable}.`);
  return { users, sessionLifetimeMs, ...(mechanisms.length === 0 ? {} : { mechanisms }) };
}

async function pemOf(option: string, path: string): Promise<string> {
  const text = await textOf(option, path);
  if (!text.includes("-----BEGIN "))
    throw new UsageError(`${option} ${path} is no PEM file: there is no line with BEGIN in it.`);
  return text;
}

async function textOf(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(
      `${option} ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      {
        cause: error,
      },
    );
  }
}

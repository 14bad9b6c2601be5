import {
  ApiVersions,
  createScramCredential,
  parseScramClientFirst,
  SaslAuthenticate,
  SaslHandshake,
  Metadata,
  scramServerFinal,
  scramServerFirst,
  type ScramMechanism,
} from "@moldau/protocol-codec";
import { resolveClusterOptions, type Connection, type SaslMechanism, type SaslOptions } from "@moldau/connection-pool";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeAll, failureOf, openConnection, until } from "../support/connecting.js";
import { allVersions, ScriptedBroker, silence } from "../support/scripted-broker.js";

let broker: ScriptedBroker;

beforeEach(async () => {
  broker = await ScriptedBroker.start();
  broker.on(SaslHandshake, ({ mechanism }) =>
    offered.includes(mechanism) ? { mechanisms: offered } : { errorCode: 33, mechanisms: offered },
  );
});
afterEach(async () => {
  await closeAll();
  await broker.close();
});

const offered = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

function mechanism(sasl: SaslOptions): SaslMechanism | undefined {
  return resolveClusterOptions({ brokers: ["localhost:1"], sasl }).sasl;
}

const open = (sasl: SaslOptions): Promise<Connection> => openConnection(broker, { sasl: mechanism(sasl) });

function offerPlain(lifetimeMs = 0n): void {
  broker.on(SaslAuthenticate, ({ authBytes }) =>
    authBytes.toString() === "\0alice\0secret"
      ? { errorMessage: null, authBytes: Buffer.alloc(0), sessionLifetimeMs: lifetimeMs }
      : {
          errorCode: 58,
          errorMessage: "Authentication failed: Invalid username or password",
          authBytes: Buffer.alloc(0),
        },
  );
}

/** Serves SCRAM logins of alice; `damage` changes the server's last message. */
async function offerScram(name: ScramMechanism, damage: (final: string) => string = (final) => final): Promise<void> {
  const credential = await createScramCredential({
    mechanism: name,
    password: "secret",
    salt: Buffer.from("salt and pepper"),
  });
  const logins = new Map<number, { clientFirst: string; serverFirst: string }>();
  broker.on(SaslAuthenticate, ({ authBytes }, { connection }) => {
    const text = authBytes.toString();
    const login = logins.get(connection);
    if (!login) {
      expect(parseScramClientFirst(text).username).toBe("alice");
      const serverFirst = scramServerFirst({ clientFirst: text, serverNonce: "server", credential });
      logins.set(connection, { clientFirst: text, serverFirst });
      return { errorMessage: null, authBytes: Buffer.from(serverFirst) };
    }
    logins.delete(connection);
    try {
      return {
        errorMessage: null,
        authBytes: Buffer.from(damage(scramServerFinal({ credential, ...login, clientFinal: text }))),
      };
    } catch {
      return {
        errorCode: 58,
        errorMessage: "Authentication failed during authentication due to invalid credentials",
        authBytes: Buffer.alloc(0),
      };
    }
  });
}

describe("PLAIN", () => {
  it("logs in before anything else is asked", async () => {
    offerPlain();
    const connection = await open({ mechanism: "PLAIN", username: "alice", password: "secret" });
    await connection.request(Metadata, 12, { topics: [] });
    expect(broker.requests.map(({ name, version }) => `${name} v${version}`)).toEqual([
      expect.stringContaining("ApiVersions"),
      "SaslHandshake v1",
      "SaslAuthenticate v2",
      "Metadata v12",
    ]);
  });

  it("says what the broker said when it is refused, and that trying again is no use", async () => {
    offerPlain();
    const error = await failureOf(open({ mechanism: "PLAIN", username: "alice", password: "wrong" }));
    expect(error).toMatchObject({ code: "SASL_AUTHENTICATION_FAILED", retriable: false });
    expect(error.message).toContain("Invalid username or password");
    expect(error.message).not.toContain("wrong");
  });

  it("does not take an answer where none is due", async () => {
    broker.on(SaslAuthenticate, () => ({ errorMessage: null, authBytes: Buffer.from("hello") }));
    expect((await failureOf(open({ mechanism: "PLAIN", username: "alice", password: "secret" }))).code).toBe(
      "CLIENT_SASL_FAILED",
    );
  });
});

describe.each(["SCRAM-SHA-256", "SCRAM-SHA-512"] as const)("%s", (name) => {
  it("logs in without ever sending the password", async () => {
    await offerScram(name);
    await open({ mechanism: name, username: "alice", password: "secret" });
    const sent = broker
      .seen("SaslAuthenticate")
      .map(({ body }) => (body as { authBytes: Buffer }).authBytes.toString());
    expect(sent).toHaveLength(2);
    expect(sent.join()).not.toContain("secret");
  });

  it("is refused with a wrong password", async () => {
    await offerScram(name);
    expect((await failureOf(open({ mechanism: name, username: "alice", password: "wrong" }))).code).toBe(
      "SASL_AUTHENTICATION_FAILED",
    );
  });

  it("refuses a broker that does not know the password either", async () => {
    await offerScram(name, () => `v=${Buffer.alloc(name === "SCRAM-SHA-256" ? 32 : 64).toString("base64")}`);
    const error = await failureOf(open({ mechanism: name, username: "alice", password: "secret" }));
    expect(error).toMatchObject({ code: "CLIENT_SASL_FAILED", retriable: false });
    expect(error.message).toContain("impostor");
  });
});

it("names the mechanisms on offer when the wanted one is not among them", async () => {
  broker.on(SaslHandshake, () => ({ errorCode: 33, mechanisms: ["GSSAPI"] }));
  const error = await failureOf(open({ mechanism: "PLAIN", username: "alice", password: "secret" }));
  expect(error.code).toBe("UNSUPPORTED_SASL_MECHANISM");
  expect(error.message).toContain("GSSAPI");
});

it("fails with a sentence at a broker without logins", async () => {
  broker.on(ApiVersions, () => allVersions({ SaslHandshake: null }));
  expect((await failureOf(open({ mechanism: "PLAIN", username: "alice", password: "secret" }))).code).toBe(
    "CLIENT_SASL_FAILED",
  );
});

it("takes a mechanism of the application's own", async () => {
  broker.on(SaslHandshake, () => ({ mechanisms: ["OAUTHBEARER"] }));
  broker.on(SaslAuthenticate, () => ({ errorMessage: null, authBytes: Buffer.alloc(0) }));
  await open({
    name: "OAUTHBEARER",
    async *converse({ host }) {
      yield Buffer.from(`n,,\u0001auth=Bearer token-for-${host}\u0001\u0001`);
    },
  });
  const [login] = broker.seen("SaslAuthenticate").map(({ body }) => body as { authBytes: Buffer });
  expect(login?.authBytes.toString()).toContain("token-for-127.0.0.1");
});

describe("a session with an end", () => {
  it("is renewed on the connection before it ends: what is in flight comes first, what is asked meanwhile waits", async () => {
    offerPlain(400n);
    let slow: (() => void) | undefined;
    broker.on(Metadata, ({ topics }, { reply }) => {
      if (topics?.[0]?.name !== "slow") return broker.metadata();
      slow = () => reply(broker.metadata());
      return silence;
    });
    const connection = await open({ mechanism: "PLAIN", username: "alice", password: "secret" });
    const parked = connection.request(Metadata, 12, { topics: [{ name: "slow" }] });
    await new Promise((resolve) => setTimeout(resolve, 420));
    expect(connection.isOpen).toBe(true);
    expect(broker.seen("SaslHandshake")).toHaveLength(1);
    const waiting = connection.request(Metadata, 12, { topics: [] });
    slow?.();
    await parked;
    await waiting;
    const names = broker.requests.map(({ name }) => name);
    expect(names).toEqual([
      "ApiVersions",
      "SaslHandshake",
      "SaslAuthenticate",
      "Metadata",
      "SaslHandshake",
      "SaslAuthenticate",
      "Metadata",
    ]);
    await until(() => broker.seen("SaslHandshake").length === 3);
    expect(broker.accepted).toBe(1);
  });

  it("that cannot be renewed ends the connection, and requests learn why", async () => {
    offerPlain(200n);
    const connection = await open({ mechanism: "PLAIN", username: "alice", password: "secret" });
    broker.on(SaslAuthenticate, () => ({
      errorCode: 58,
      errorMessage: "the account is gone",
      authBytes: Buffer.alloc(0),
    }));
    const closed = new Promise((resolve) => connection.once("close", resolve));
    expect(await closed).toMatchObject({ code: "SASL_AUTHENTICATION_FAILED" });
    expect(await failureOf(connection.request(Metadata, 12, { topics: [] }))).toMatchObject({
      code: "CLIENT_CONNECTION_CLOSED",
      written: false,
    });
  });
});

import { connect as connectTls } from "node:tls";
import {
  ApiVersions,
  decodeResponse,
  Metadata,
  SaslAuthenticate,
  SaslHandshake,
  scramClientFinal,
  scramClientFirst,
  verifyScramServerFinal,
  type ScramMechanism,
} from "@moldau/protocol-codec";
import { startBroker, type BrokerOptions, type ReferenceBroker } from "@moldau/reference-broker";
import { expect, onTestFinished, test } from "vitest";
import { brokerTls, testAuthority } from "../support/certificates.js";
import { RawBytes } from "../support/raw-bytes.js";
import { RawConnection } from "../support/raw-connection.js";

const users = [
  { username: "alice", password: "wonderland" },
  { username: "bob", password: "only-scram", mechanisms: ["SCRAM-SHA-512"] },
  { username: "carol", password: "for-256", mechanisms: ["SCRAM-SHA-256"] },
  { username: "carol", password: "for-512", mechanisms: ["SCRAM-SHA-512"] },
] as const;

async function start(options: BrokerOptions = {}): Promise<ReferenceBroker> {
  const broker = await startBroker({ sasl: { users }, ...options });
  onTestFinished(() => broker.close());
  return broker;
}

async function open(broker: ReferenceBroker): Promise<RawConnection> {
  const connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", "login");
  onTestFinished(() => connection.close());
  return connection;
}

const plain = (username: string, password: string, authorizationId = ""): Buffer =>
  Buffer.from(`${authorizationId}\0${username}\0${password}`);

async function loginPlain(connection: RawConnection, token: Buffer) {
  expect(await connection.request(SaslHandshake, 1, { mechanism: "PLAIN" })).toMatchObject({ errorCode: 0 });
  return connection.request(SaslAuthenticate, 2, { authBytes: token });
}

async function loginScram(connection: RawConnection, mechanism: ScramMechanism, username: string, password: string) {
  await connection.request(SaslHandshake, 1, { mechanism });
  const clientFirst = scramClientFirst({ username, nonce: "fyko+d2lbbFgONRv9qkxdawL" });
  const first = await connection.request(SaslAuthenticate, 2, { authBytes: Buffer.from(clientFirst) });
  if (first.errorCode !== 0) return first;
  const { message, serverSignature } = await scramClientFinal({
    mechanism,
    password,
    clientFirst,
    serverFirst: first.authBytes.toString(),
  });
  const second = await connection.request(SaslAuthenticate, 2, { authBytes: Buffer.from(message) });
  if (second.errorCode === 0) verifyScramServerFinal(second.authBytes.toString(), serverSignature);
  return second;
}

const isServed = async (connection: RawConnection): Promise<boolean> => {
  const { errorCode } = await connection.request(Metadata, 13, { topics: [] });
  return errorCode === 0;
};

test("versions are told once before a login, and again only where the version of the question was refused", async () => {
  const broker = await start();
  const connection = await open(broker);
  const asked = { clientSoftwareName: "test", clientSoftwareVersion: "1" };
  await expect(connection.request(ApiVersions, 5, asked)).resolves.toMatchObject({ errorCode: 35 });
  await expect(connection.request(ApiVersions, 4, asked)).resolves.toMatchObject({ errorCode: 0 });
  await expect(connection.request(ApiVersions, 4, asked)).rejects.toThrow();
});

test("PLAIN lets in whoever knows the password", async () => {
  const connection = await open(await start());
  expect(await loginPlain(connection, plain("alice", "wonderland"))).toMatchObject({
    errorCode: 0,
    errorMessage: null,
  });
  expect(await isServed(connection)).toBe(true);
});

test.each([
  ["a wrong password", plain("alice", "looking-glass"), "Invalid username or password"],
  ["an unknown user", plain("mallory", "wonderland"), "Invalid username or password"],
  ["another's name to act under", plain("alice", "wonderland", "bob"), "authorization id that is different"],
  ["two parts instead of three", Buffer.from("alice\0wonderland"), "expected 3 tokens, got 2"],
  ["no password", plain("alice", ""), "password not specified"],
])("PLAIN refuses %s, and the connection is closed", async (_, token, sentence) => {
  const connection = await open(await start());
  expect(await loginPlain(connection, token)).toMatchObject({
    errorCode: 58,
    errorMessage: expect.stringContaining(sentence),
  });
  await expect(isServed(connection)).rejects.toThrow("was closed");
});

test.each(["SCRAM-SHA-256", "SCRAM-SHA-512"] as const)(
  "%s lets in whoever knows the password, and proves that the broker knows the user",
  async (mechanism) => {
    const broker = await start();
    const connection = await open(broker);
    expect(await loginScram(connection, mechanism, "alice", "wonderland")).toMatchObject({ errorCode: 0 });
    expect(await isServed(connection)).toBe(true);
    const refused = await open(broker);
    expect(await loginScram(refused, mechanism, "alice", "wrong")).toMatchObject({ errorCode: 58 });
  },
);

test("an unknown user and a wrong password cannot be told apart", async () => {
  const broker = await start();
  const wrong = await loginScram(await open(broker), "SCRAM-SHA-256", "alice", "wrong");
  const unknown = await loginScram(await open(broker), "SCRAM-SHA-256", "mallory", "wrong");
  expect(unknown).toEqual(wrong);
});

test("one user may have another password for another mechanism", async () => {
  const broker = await start();
  const tried = async (mechanism: ScramMechanism, password: string): Promise<number> =>
    (await loginScram(await open(broker), mechanism, "carol", password)).errorCode;
  expect(await tried("SCRAM-SHA-256", "for-256")).toBe(0);
  expect(await tried("SCRAM-SHA-512", "for-512")).toBe(0);
  expect(await tried("SCRAM-SHA-256", "for-512")).toBe(58);
  expect((await loginScram(await open(broker), "SCRAM-SHA-256", "bob", "only-scram")).errorCode).toBe(58);
});

test("a mechanism that is not offered is answered with those that are", async () => {
  const connection = await open(await start({ sasl: { users, mechanisms: ["SCRAM-SHA-512", "PLAIN"] } }));
  const answer = await connection.request(SaslHandshake, 1, { mechanism: "SCRAM-SHA-256" });
  expect(answer).toMatchObject({ errorCode: 33, mechanisms: ["SCRAM-SHA-512", "PLAIN"] });
  await expect(isServed(connection)).rejects.toThrow("was closed");
});

test("nothing is served before the login, but for what leads to it", async () => {
  const broker = await start();
  const asking = await open(broker);
  expect(
    (await asking.request(ApiVersions, 3, { clientSoftwareName: "a", clientSoftwareVersion: "1" })).errorCode,
  ).toBe(0);
  await expect(isServed(asking)).rejects.toThrow("was closed");
  const halfway = await open(broker);
  await halfway.request(SaslHandshake, 1, { mechanism: "PLAIN" });
  await expect(isServed(halfway)).rejects.toThrow("was closed");
});

test("after a handshake of version 0 the tokens travel bare", async () => {
  const broker = await start();
  const connection = await RawBytes.open(broker.bootstrapServers[0] ?? "");
  onTestFinished(() => connection.close());
  connection.request(SaslHandshake, 0, { mechanism: "PLAIN" });
  expect(decodeResponse(SaslHandshake, 0, (await connection.frame()) ?? Buffer.alloc(0)).body).toMatchObject({
    errorCode: 0,
  });
  const token = plain("alice", "wonderland");
  const size = Buffer.alloc(4);
  size.writeInt32BE(token.length);
  connection.send(size, token);
  expect(await connection.frame()).toHaveLength(0);
  connection.request(Metadata, 9, { topics: [] }, 3);
  expect((await connection.frame())?.readInt32BE(0)).toBe(3);
});

test("a session that ends has to be renewed on the same connection, by the same user and mechanism", async () => {
  const broker = await start({ sasl: { users, sessionLifetimeMs: 300 } });
  const renewed = await open(broker);
  expect(await loginPlain(renewed, plain("alice", "wonderland"))).toMatchObject({ sessionLifetimeMs: 300n });
  expect(await loginPlain(renewed, plain("alice", "wonderland"))).toMatchObject({
    errorCode: 0,
    sessionLifetimeMs: 300n,
  });
  expect(await isServed(renewed)).toBe(true);

  const changed = await open(broker);
  await loginPlain(changed, plain("alice", "wonderland"));
  expect(await loginScram(changed, "SCRAM-SHA-512", "alice", "wonderland")).toMatchObject({
    errorCode: 58,
    errorMessage: expect.stringContaining("re-authentication"),
  });

  const late = await open(broker);
  await loginPlain(late, plain("alice", "wonderland"));
  await new Promise((resolve) => setTimeout(resolve, 350));
  await expect(isServed(late)).rejects.toThrow("was closed");
});

test("connections may be encrypted, with the broker's certificate; plain text does not get through", async () => {
  const broker = await startBroker({ tls: brokerTls });
  onTestFinished(() => broker.close());
  const [, port] = (broker.bootstrapServers[0] ?? "").split(":");
  const connected = broker.waitFor("connected");
  const socket = connectTls({ host: "127.0.0.1", port: Number(port), ca: testAuthority, servername: "localhost" });
  await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
  expect(socket.authorized).toBe(true);
  await connected;
  socket.destroy();
  const refused = broker.waitFor("disconnected", ({ connection }) => connection === -1);
  const inClear = await RawBytes.open(broker.bootstrapServers[0] ?? "");
  inClear.request(Metadata, 9, { topics: [] });
  expect(await inClear.isClosedByPeer()).toBe(true);
  expect(String((await refused).reason)).toMatch(/ssl|tls|http|wrong version|packet/i);
  inClear.close();
});

test("several listeners each tell their own addresses", async () => {
  const broker = await startBroker({
    brokers: 2,
    listeners: [{}, { tls: brokerTls }, { name: "LOGIN", sasl: { users }, advertisedHost: "localhost" }],
  });
  onTestFinished(() => broker.close());
  expect(broker.brokers.map(({ listeners }) => Object.keys(listeners))).toEqual([
    ["PLAINTEXT", "SSL", "LOGIN"],
    ["PLAINTEXT", "SSL", "LOGIN"],
  ]);
  const plainly = await RawConnection.open(broker.bootstrapServers[0] ?? "", "plain");
  onTestFinished(() => plainly.close());
  const seen = (await plainly.request(Metadata, 9, { topics: [] })).brokers.map(({ host, port }) => `${host}:${port}`);
  expect(seen).toEqual(broker.bootstrapServers);
  const login = await RawConnection.open(broker.bootstrapServersOf("LOGIN")[1] ?? "", "login");
  onTestFinished(() => login.close());
  await loginPlain(login, plain("alice", "wonderland"));
  const told = (await login.request(Metadata, 9, { topics: [] })).brokers.map(({ host, port }) => `${host}:${port}`);
  expect(told).toEqual(broker.bootstrapServersOf("LOGIN"));
  expect(told.every((address) => address.startsWith("localhost:"))).toBe(true);
});

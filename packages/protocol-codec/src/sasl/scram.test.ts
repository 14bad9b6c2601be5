import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  createScramCredential,
  saltScramPassword,
  scramClientFinal,
  scramClientProof,
  scramKeys,
  type ScramMechanism,
  scramServerFinal,
  scramServerFirst,
  verifyScramServerFinal,
} from "./scram.js";
import { formatClientFirst as scramClientFirst, parseClientFirst, ScramError } from "./scram-messages.js";

interface Vector {
  kind: string;
  mechanism: ScramMechanism;
  username: string;
  password: string;
  salt: string;
  iterations: number;
  saltedPassword: string;
  clientKey: string;
  storedKey: string;
  serverKey: string;
  clientNonce: string;
  serverNonce: string;
  clientFirst: string;
  serverFirst: string;
  clientFinal: string;
  serverFinal: string;
  clientProof: string;
  serverSignature: string;
  tokenAuth?: boolean;
}

const file = new URL("../../../../test/golden/misc.jsonl.gz", import.meta.url);
const vectors = gunzipSync(readFileSync(file))
  .toString("utf8")
  .split("\n")
  .filter((line) => line.includes('"kind":"scram"'))
  .map((line) => JSON.parse(line) as Vector);

const hex = (text: string): Buffer => Buffer.from(text, "hex");

async function login(vector: Vector, password = vector.password): Promise<{ serverFinal: string; expected: Buffer }> {
  const { mechanism, username, clientNonce, serverNonce, tokenAuth = false, iterations } = vector;
  const credential = await createScramCredential({
    mechanism,
    password: vector.password,
    salt: hex(vector.salt),
    iterations,
  });
  const clientFirst = scramClientFirst({ username, nonce: clientNonce, tokenAuth });
  const serverFirst = scramServerFirst({ clientFirst, serverNonce, credential });
  const final = await scramClientFinal({ mechanism, password, clientFirst, serverFirst });
  return {
    serverFinal: scramServerFinal({ credential, clientFirst, serverFirst, clientFinal: final.message }),
    expected: final.serverSignature,
  };
}

describe("SCRAM as Apache Kafka's classes compute it", () => {
  it("has vectors of both mechanisms", () => {
    expect(vectors.length).toBeGreaterThan(20);
    expect(new Set(vectors.map((vector) => vector.mechanism)).size).toBe(2);
  });

  it.each(
    vectors.map(
      (vector) => [`${vector.mechanism} ${vector.username} ${vector.iterations} ${vector.salt}`, vector] as const,
    ),
  )("%s", async (_, vector) => {
    const { mechanism, username, password, iterations, clientNonce, serverNonce, tokenAuth = false } = vector;
    const salt = hex(vector.salt);
    const salted = await saltScramPassword(mechanism, password, { salt, iterations });
    expect(salted.toString("hex")).toBe(vector.saltedPassword);
    const keys = scramKeys(mechanism, salted);
    expect(keys.clientKey.toString("hex")).toBe(vector.clientKey);
    expect(keys.storedKey.toString("hex")).toBe(vector.storedKey);
    expect(keys.serverKey.toString("hex")).toBe(vector.serverKey);

    const clientFirst = scramClientFirst({ username, nonce: clientNonce, tokenAuth });
    expect(clientFirst).toBe(vector.clientFirst);
    expect(parseClientFirst(clientFirst)).toMatchObject({
      username,
      nonce: clientNonce,
      tokenAuth,
      authorizationId: "",
    });
    const credential = await createScramCredential({ mechanism, password, salt, iterations });
    const serverFirst = scramServerFirst({ clientFirst, serverNonce, credential });
    expect(serverFirst).toBe(vector.serverFirst);
    const final = await scramClientFinal({ mechanism, password, clientFirst, serverFirst });
    expect(final.message).toBe(vector.clientFinal);
    expect(final.serverSignature.toString("hex")).toBe(vector.serverSignature);
    const bare = parseClientFirst(clientFirst).bare;
    const authMessage = `${bare},${serverFirst},${final.message.slice(0, final.message.lastIndexOf(",p="))}`;
    expect(scramClientProof(mechanism, keys, authMessage).toString("hex")).toBe(vector.clientProof);
    const serverFinal = scramServerFinal({ credential, clientFirst, serverFirst, clientFinal: final.message });
    expect(serverFinal).toBe(vector.serverFinal);
    verifyScramServerFinal(serverFinal, final.serverSignature);
  });
});

describe("SCRAM under attack", () => {
  const vector = vectors[0] as Vector;
  const { mechanism, password, clientFirst } = vector;

  it("refuses a wrong password", async () => {
    await expect(login(vector, "not it")).rejects.toThrow("proof is wrong");
  });

  it("refuses a server that cannot sign", async () => {
    const { expected } = await login(vector);
    expect(() => verifyScramServerFinal(`v=${Buffer.alloc(32).toString("base64")}`, expected)).toThrow(
      "signature is wrong",
    );
    expect(() => verifyScramServerFinal("e=other-error", expected)).toThrow("other-error");
    expect(() => verifyScramServerFinal("", expected)).toThrow(ScramError);
  });

  it.each([
    ["a nonce of another login", "r=other,s=3/Hpg4bA+HOCgpa/eiMRBg==,i=4096", "nonce"],
    ["a nonce that adds nothing", `r=${vector.clientNonce},s=3/Hpg4bA+HOCgpa/eiMRBg==,i=4096`, "nonce"],
    ["too few iterations", `${vector.serverFirst.replace("i=4096", "i=1")}`, "iterations"],
    ["iterations that burn the CPU", `${vector.serverFirst.replace("i=4096", "i=2000000000")}`, "iterations"],
    ["an early refusal", "e=unknown-user", "unknown-user"],
    ["a salt that is not base64", `r=${vector.clientNonce}x,s=A,i=4096`, "base64"],
    ["garbage", "\u0000\u0001", "malformed"],
  ])("refuses %s", async (_, serverFirst, reason) => {
    await expect(scramClientFinal({ mechanism, password, clientFirst, serverFirst })).rejects.toThrow(reason);
  });

  it.each(["", "n,,", "y,,n=a,r=b", "p=tls,,n=a,r=b", "n,,n=a=b,r=c", "n,,m=x,n=a,r=b"])(
    "refuses the client's first message %j",
    (text) => {
      expect(() => parseClientFirst(text)).toThrow(ScramError);
    },
  );

  it("refuses a replayed final message of another login", async () => {
    const credential = await createScramCredential({
      mechanism,
      password,
      salt: hex(vector.salt),
      iterations: vector.iterations,
    });
    const serverFirst = scramServerFirst({ clientFirst, serverNonce: "fresh", credential });
    expect(() => scramServerFinal({ credential, clientFirst, serverFirst, clientFinal: vector.clientFinal })).toThrow(
      "nonce",
    );
  });
});

import { createPrivateKey, X509Certificate } from "node:crypto";
import { connect, createServer, type TlsOptions } from "node:tls";
import { describe, expect, test } from "vitest";
import { createAuthority, restoreAuthority } from "./authority.js";

/** What the handshake of a client at a server comes to: the client's common name as the server saw it, or the error. */
async function handshake(server: TlsOptions, client: object): Promise<unknown> {
  const listening = createServer(server).listen(0, "127.0.0.1");
  await new Promise((resolve) => listening.once("listening", resolve));
  const address = listening.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const seen = new Promise<unknown>((resolve) => {
    listening.once("secureConnection", (socket) => resolve(socket.getPeerCertificate().subject?.CN));
    listening.once("tlsClientError", (error) => resolve(error));
  });
  const socket = connect({ host: "127.0.0.1", port, ...client });
  const failed = new Promise<unknown>((resolve) => socket.once("error", resolve));
  try {
    return await Promise.race([seen, failed]);
  } finally {
    socket.destroy();
    listening.close();
  }
}

describe("a certificate that the authority signs", () => {
  const authority = createAuthority({ name: "tests", validDays: 2 });

  test("is good for its hosts, for as long as the authority, and not for signing others", () => {
    const ca = new X509Certificate(authority.ca);
    const issued = authority.issue({ name: "broker-1", hosts: ["kafka.example.com", "10.1.2.3", "fd00::1:2", "::1"] });
    const certificate = new X509Certificate(issued.cert);
    expect(ca).toMatchObject({ ca: true, subject: "CN=tests", issuer: "CN=tests" });
    expect(certificate).toMatchObject({ ca: false, subject: "CN=broker-1", issuer: "CN=tests" });
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.checkIssued(ca)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(issued.key))).toBe(true);
    expect(certificate.checkHost("kafka.example.com")).toBe("kafka.example.com");
    expect(certificate.checkHost("other.example.com")).toBeUndefined();
    for (const address of ["10.1.2.3", "fd00::1:2", "::1"]) expect(certificate.checkIP(address)).toBe(address);
    expect(certificate.validTo).toBe(ca.validTo);
    expect(Date.parse(ca.validTo) - Date.now()).toBeGreaterThan(1.9 * 86_400_000);
    expect(certificate.serialNumber).not.toBe(ca.serialNumber);
  });

  test("is taken by TLS from both sides, and by nobody who does not trust the authority", async () => {
    const server = { ...authority.issue(), ca: authority.ca, requestCert: true };
    const client = { ...authority.issue({ name: "shop", hosts: [] }), ca: authority.ca };
    expect(await handshake(server, client)).toBe("shop");
    expect(await handshake(server, { ...client, ca: createAuthority().ca })).toMatchObject({
      code: expect.stringMatching(/SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE/),
    });
    const stranger = createAuthority().issue({ name: "stranger" });
    expect(await handshake(server, { ...stranger, ca: authority.ca })).toMatchObject({
      message: expect.stringMatching(/certificate|socket/i),
    });
  });

  test("is signed by the same authority when that was kept", () => {
    const { validTo } = new X509Certificate(authority.ca);
    const restored = restoreAuthority(authority, "tests", Date.parse(validTo));
    expect(restored.ca).toBe(authority.ca);
    const certificate = new X509Certificate(restored.issue().cert);
    expect(certificate.verify(new X509Certificate(authority.ca).publicKey)).toBe(true);
    expect(certificate.checkHost("localhost")).toBe("localhost");
  });
});

test.each([
  [() => createAuthority({ name: "" }), "name must be a text"],
  [() => createAuthority({ validDays: 0 }), "validDays must be a number above 0"],
  [() => createAuthority(JSON.parse('{"days":1}')), 'createAuthority has no option "days"'],
  [() => createAuthority().issue({ hosts: ["a b"] }), "hosts must be a list of host names"],
  [() => createAuthority().issue({ name: "" }), "name must be a text"],
])("options that make no sense are refused with a sentence (%#)", (make, sentence) => {
  expect(make).toThrow(sentence);
});

import { createSecureContext } from "node:tls";
import { settableClock } from "moldau-testing";
import { describe, expect, it } from "vitest";
import { resolveClusterOptions, type ClusterOptions } from "./cluster-options.js";
import { clusterOptionsAsData, clusterOptionsOf, secretOf } from "./options-as-data.js";

const brokers = ["localhost:9092", "[::1]:9093"];

function there(options: Partial<ClusterOptions>) {
  const resolved = resolveClusterOptions({ brokers, ...options });
  return structuredClone(clusterOptionsAsData(resolved, "This"));
}

describe("options of a cluster as plain data", () => {
  it("come to the same options in another thread", async () => {
    const given: Partial<ClusterOptions> = {
      clientId: "billing",
      tls: { rejectUnauthorized: false, servername: "broker" },
      sasl: { mechanism: "scram-sha-256", username: "alice", password: "secret", tokenAuth: true },
      rackId: "r1",
      retry: { initialDelayMs: 7 },
      requestTimeoutMs: 1234,
    };
    const here = resolveClusterOptions({ brokers, ...given });
    const back = resolveClusterOptions(clusterOptionsOf(there(given), () => Promise.resolve("secret")));
    expect({ ...back, tls: undefined, sasl: back.sasl?.name }).toEqual({
      ...here,
      tls: undefined,
      sasl: here.sasl?.name,
    });
    expect(back.tls).toMatchObject({ rejectUnauthorized: false, servername: "broker" });
    expect(JSON.stringify(there(given))).not.toContain("secret");
    expect(await secretOf(here)?.current()).toBe("secret");
  });

  it("come to a login by PLAIN, and to none", () => {
    const plain = there({ sasl: { mechanism: "PLAIN", username: "alice", password: () => "x" } });
    const resolved = resolveClusterOptions(clusterOptionsOf(plain, () => Promise.resolve("x")));
    expect(resolved.sasl?.name).toBe("PLAIN");
    expect(resolveClusterOptions(clusterOptionsOf(there({ tls: true }), () => Promise.resolve("")))).toMatchObject({
      tls: {},
      sasl: undefined,
    });
  });

  it("say of a password whether it may change", () => {
    const secret = (password: string | (() => string)) =>
      secretOf(resolveClusterOptions({ brokers, sasl: { mechanism: "PLAIN", username: "alice", password } }));
    expect([secret("x")?.changes, secret(() => "x")?.changes, secretOf(resolveClusterOptions({ brokers }))]).toEqual([
      false,
      true,
      undefined,
    ]);
  });

  it.each<[string, Partial<ClusterOptions>, string]>([
    ["a connector", { connector: { connect: () => neverCalled() } }, "connector"],
    ["a clock", { clock: settableClock() }, "clock"],
    ["a login of one's own", { sasl: { name: "MINE", converse: () => neverCalled() } }, "sasl"],
    ["a function in tls", { tls: { checkServerIdentity: () => undefined } }, "checkServerIdentity"],
    ["a context of one's own", { tls: { secureContext: createSecureContext() } }, "secureContext"],
  ])("cannot be had of %s, which is refused by name", (_, options, name) => {
    expect(() => there(options)).toThrow(
      expect.objectContaining({ code: "CLIENT_INVALID_ARGUMENT", message: expect.stringContaining(name) }),
    );
  });
});

function neverCalled(): never {
  throw new Error("never called");
}

import { KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { resolveClusterOptions, type ClusterOptions } from "./cluster/cluster-options.js";
import { OptionReader } from "./options.js";

function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(KafkaError);
    expect((error as KafkaError).code).toBe("CLIENT_INVALID_ARGUMENT");
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

describe("an options object", () => {
  it("gives values, and defaults for what is absent or undefined", () => {
    const read = new OptionReader("test", { lingerMs: 3, acks: undefined, name: "n" });
    expect(read.integer("lingerMs", { min: 0, default: 5 })).toBe(3);
    expect(read.choice("acks", ["all", 0, 1], { default: "all" })).toBe("all");
    expect(read.text("name")).toBe("n");
    read.done();
  });

  it.each([
    [{ lingerMs: -1 }, "test: lingerMs must be a whole number of at least 0, not -1."],
    [{ lingerMs: 1.5 }, "not 1.5."],
    [{ lingerMs: "5" }, 'not "5".'],
    [{ lingerMs: Number.NaN }, "not NaN."],
    [{ lingerMs: 5n }, "not 5n."],
    [{}, "test: lingerMs is missing."],
    [{ lingerMs: 1, lingerms: 2 }, 'test: unknown option "lingerms". Did you mean lingerMs?'],
    [{ lingerMs: 1, lingMs: 2, acks: 1 }, 'test: unknown option "lingMs", "acks". The options are lingerMs.'],
    [{ lingrMs: 1 }, 'test: lingerMs is missing. There is "lingrMs": did you mean lingerMs?'],
    [{ acks: 1 }, "test: lingerMs is missing."],
    [null, "test: expected an object, not null."],
    [[], "test: expected an object, not an empty array."],
  ])("%o is refused with a sentence", (options, sentence) => {
    const message = refusal(() => {
      const read = new OptionReader<{ lingerMs?: unknown }>("test", options as never);
      read.integer("lingerMs", { min: 0 });
      read.done();
    });
    expect(message).toContain(sentence);
  });
});

describe("what is no options object", () => {
  it("is answered with what one looks like", () => {
    const read = new OptionReader<{ groups?: unknown }>("deleteGroups", ["billing"] as never);
    expect(refusal(() => read.text("groups", { example: '["billing"]' }))).toBe(
      'deleteGroups: expected an object such as { groups: ["billing"] }, not an array.',
    );
  });

  it("is refused also where nothing is read", () => {
    expect(refusal(() => new OptionReader("admin options", "x" as never).done())).toBe(
      'admin options: expected an object, not "x".',
    );
  });
});

describe("names of another client", () => {
  const otherNames = { ssl: "is tls here", acks: "is confirmations here" };

  it.each([
    [{ ssl: true }, 'test: unknown option "ssl". ssl is tls here.'],
    [{ ssl: true, tsl: 1 }, 'test: unknown option "ssl", "tsl". ssl is tls here. Did you mean tls?'],
    [{ ssl: true, acks: 1 }, 'test: unknown option "ssl", "acks". ssl is tls here. acks is confirmations here.'],
    [{ toString: 1 }, 'test: unknown option "toString". The options are tls.'],
  ])("%o are answered with ours", (options, sentence) => {
    const message = refusal(() => {
      const read = new OptionReader<{ tls?: unknown }>("test", options as never, otherNames);
      read.boolean("tls", { default: false });
      read.done();
    });
    expect(message).toBe(sentence);
  });

  it("are answered where the option that stands for them is missing, too", () => {
    const read = new OptionReader<{ tls?: unknown }>("test", { ssl: true } as never, otherNames);
    expect(refusal(() => read.boolean("tls"))).toBe("test: tls is missing. ssl is tls here.");
  });

  it("say nothing of a name that is an option here", () => {
    const read = new OptionReader("test", { ssl: true }, otherNames);
    expect(read.boolean("ssl")).toBe(true);
    read.done();
  });

  it("are values too", () => {
    const read = new OptionReader("test", { acks: -1 });
    expect(
      refusal(() => read.choice("acks", ["all", 0, 1], { meanings: new Map<unknown, "all">([[-1, "all"]]) })),
    ).toBe('test: acks must be one of "all", 0, 1, not -1, which is "all" here.');
  });
});

describe("client options", () => {
  it("have defaults", () => {
    expect(resolveClusterOptions({ brokers: ["localhost:9092", "[::1]:9093"] })).toMatchObject({
      clientId: "moldau",
      seeds: [
        { host: "localhost", port: 9092 },
        { host: "::1", port: 9093 },
      ],
      tls: undefined,
      sasl: undefined,
      retry: { initialDelayMs: 100, maxDelayMs: 1000, multiplier: 2, jitter: 0.2 },
      connectionTimeoutMs: 10_000,
      requestTimeoutMs: 30_000,
      metadataMaxAgeMs: 300_000,
    });
  });

  it.each([
    [{ brokers: [] }, 'brokers must be an array of at least one item such as ["localhost:9092"]'],
    [{}, 'brokers is missing. Give it, as in { brokers: ["localhost:9092"] }.'],
    [{ broker: ["a:1"] }, 'brokers is missing. There is "broker": did you mean brokers?'],
    [{ brokers: ["a:1"], requestTimeout: 5 }, 'unknown option "requestTimeout". Did you mean requestTimeoutMs?'],
    [{ brokers: "localhost:9092" }, 'brokers must be an array such as ["localhost:9092"], not "localhost:9092".'],
    [{ brokers: ["localhost"] }, 'brokers[0] must be "host:port"'],
    [{ brokers: ["a:1", "::1:9092"] }, "brokers[1]"],
    [{ brokers: ["localhost:99999"] }, "port from 1 to 65535"],
    [{ brokers: ["kafka://localhost:9092"] }, "without a protocol"],
    [{ brokers: ["a:1"], client: "x" }, 'unknown option "client"'],
    [{ brokers: ["a:1"], tls: "yes" }, "tls must be true, false or options"],
    [{ brokers: ["a:1"], tls: { cert: "no certificate" } }, "tls"],
    [{ brokers: ["a:1"], sasl: { mechanism: "md5", username: "u", password: "p" } }, "mechanism must be one of PLAIN"],
    [{ brokers: ["a:1"], sasl: { mechanism: "PLAIN", username: "u" } }, "password is missing"],
    [{ brokers: ["a:1"], sasl: { mechanism: "PLAIN", username: "u", password: "p", tokenAuth: true } }, "tokenAuth"],
    [{ brokers: ["a:1"], requestTimeoutMs: 0 }, "requestTimeoutMs must be a whole number from 1"],
    [{ brokers: ["a:1"], retry: { initialDelayMs: 10, maxDelayMs: 5 } }, "maxDelayMs must be a number of at least 10"],
    [{ brokers: ["a:1"], retry: { jitter: 2 } }, "jitter"],
    [{ brokers: ["a:1"], clock: {} }, "clock must be an object with now, monotonic, timer, sleep, soon"],
    [{ brokers: ["a:1"], connector: {} }, "connector must be an object with connect"],
    [{ brokers: ["a:1"], random: 4 }, "random must be a function"],
  ])("%o are refused at once", (options, sentence) => {
    expect(refusal(() => resolveClusterOptions(options as unknown as ClusterOptions))).toContain(sentence);
  });

  it.each(["PLAIN", "plain", "Plain", "scram-sha-256", "SCRAM-SHA-512", "Scram-Sha-512"])(
    "take the name of a mechanism in any case: %s",
    (mechanism) => {
      const sasl = { mechanism, username: "u", password: "p" };
      const options = { brokers: ["a:1"], sasl } as unknown as ClusterOptions;
      expect(resolveClusterOptions(options).sasl?.name).toBe(mechanism.toUpperCase());
    },
  );

  it("never show a password", () => {
    const message = refusal(() =>
      resolveClusterOptions({ brokers: ["a:1"], sasl: { mechanism: "PLAIN", username: "", password: "geheim" } }),
    );
    expect(message).not.toContain("geheim");
  });
});

import {
  createAuthority,
  SaslFailure,
  startBroker,
  type BrokerOptions,
  type ReferenceBroker,
  type SaslMechanism as BrokerMechanism,
} from "@moldau/reference-broker";
import { Kafka, type KafkaOptions, type SaslMechanism } from "moldau";
import { describe, expect, onTestFinished, test } from "vitest";

const authority = createAuthority();
const { ca } = authority;

async function start(options: BrokerOptions): Promise<ReferenceBroker> {
  const broker = await startBroker(options);
  onTestFinished(() => broker.close());
  return broker;
}

/** What connecting comes to: undefined when it does, otherwise the error's code and sentence. */
async function connecting(
  broker: ReferenceBroker,
  options: Omit<KafkaOptions, "brokers">,
): Promise<string | undefined> {
  const kafka = new Kafka({ brokers: broker.bootstrapServers, ...options });
  try {
    await kafka.connect({ timeoutMs: 2000 });
    return undefined;
  } catch (error: any) {
    return `${error.code} ${error.message}`;
  } finally {
    await kafka.close();
  }
}

describe("an encrypted connection that cannot be made", () => {
  test("for an authority that is not known, or a name that is not the certificate's, says what to give", async () => {
    const broker = await start({ tls: authority.issue() });
    expect(await connecting(broker, { tls: { ca } })).toBeUndefined();
    expect(await connecting(broker, { tls: true })).toMatch(
      /^CLIENT_TLS_FAILED .*: unable to verify the first certificate\. Nobody .* give that of the authority that signed it as tls\.ca\.$/,
    );
    const elsewhere = await start({ tls: authority.issue({ hosts: ["kafka.example.com"] }) });
    expect(await connecting(elsewhere, { tls: { ca, servername: "kafka.example.com" } })).toBeUndefined();
    expect(await connecting(elsewhere, { tls: { ca } })).toMatch(
      /the certificate is for kafka\.example\.com, not for 127\.0\.0\.1\. Use a name that the certificate has, .* tls\.servername\.$/,
    );
  });

  test("for the client's certificate says which options are meant, without OpenSSL's own place names", async () => {
    const broker = await start({ tls: { ...authority.issue(), ca, requestCert: true } });
    const own = authority.issue({ name: "shop", hosts: [] });
    expect(await connecting(broker, { tls: { ca, ...own } })).toBeUndefined();
    const none = await connecting(broker, { tls: { ca } });
    // Which of the two the system tells first depends on when the broker's alert comes.
    expect(none).toMatch(/tls\.cert/);
    expect(none).not.toMatch(/SSL routines|\n/);
    expect(await connecting(broker, { tls: { ca, ...createAuthority().issue() } })).toMatch(/tls\.cert/);
    expect(() => new Kafka({ brokers: ["h:1"], tls: { ca, cert: own.cert } })).toThrow(
      "tls: cert and key belong together, and key is missing.",
    );
    expect(() => new Kafka({ brokers: ["h:1"], tls: { ca, key: own.key } })).toThrow("cert is missing");
  });
});

test("the name of a file in place of what stands in it is told at once, by client and broker", async () => {
  const client = (tls: object): Kafka => new Kafka({ brokers: ["h:1"], tls });
  expect(() => client({ ca: "ca.pem" })).toThrow(
    'tls: ca takes what stands in a PEM file, as readFileSync("file.pem") gives it, not "ca.pem".',
  );
  expect(() => client({ ca: [ca, Buffer.from("ca.pem")] })).toThrow("tls: ca takes what stands in a PEM file");
  expect(() => client({ cert: "c.pem", key: "k.pem" })).toThrow("tls: cert takes what stands in a PEM file");
  const { cert, key } = authority.issue();
  await expect(startBroker({ tls: { cert: "c.pem", key } })).rejects.toThrow(
    "tls: cert takes what stands in a PEM file",
  );
  await expect(startBroker({ tls: { cert, key, ca: "ca.pem" } })).rejects.toThrow("tls: ca takes what stands in");
  await expect(startBroker({ tls: {} })).rejects.toThrow("tls needs a certificate, such as { key, cert }");
  await expect(startBroker({ tls: { cert, key: authority.issue().key } })).rejects.toThrow(
    "tls: key and cert do not make a certificate that can be used",
  );
});

describe("a password that is given by a function", () => {
  test.each(["plain", "scram-sha-256"] as const)("is asked for at every login by %s", async (mechanism) => {
    const broker = await start({ sasl: { users: [{ username: "shop", password: "second" }] } });
    const passwords = ["first", "second"];
    const password = (): Promise<string> => Promise.resolve(passwords.shift() ?? "none");
    const login = { sasl: { mechanism, username: "shop", password } };
    expect(await connecting(broker, login)).toMatch(/^SASL_AUTHENTICATION_FAILED/);
    expect(await connecting(broker, login)).toBeUndefined();
  });

  test("and fails, or is none, ends the login with what went wrong", async () => {
    const broker = await start({ sasl: { users: [{ username: "shop", password: "s" }] } });
    const login = (password: () => string): { sasl: KafkaOptions["sasl"] & object } => ({
      sasl: { mechanism: "plain", username: "shop", password },
    });
    const sealed = (): string => {
      throw new Error("the vault is sealed");
    };
    expect(await connecting(broker, login(sealed))).toMatch(/^CLIENT_SASL_FAILED .*the vault is sealed/);
    expect(
      await connecting(
        broker,
        login(() => ""),
      ),
    ).toMatch(/^CLIENT_SASL_FAILED .*sasl\.password gave an empty text where a password is wanted/);
    expect(
      () => new Kafka({ brokers: ["h:1"], sasl: JSON.parse('{"mechanism":"plain","username":"a","password":1}') }),
    ).toThrow("sasl: password must be a text, or a function that gives one, not 1.");
  });
});

describe("a mechanism of one's own", () => {
  const bearer = (token: string): SaslMechanism => ({
    name: "OAUTHBEARER",
    async *converse() {
      yield Buffer.from(`n,,\u0001auth=Bearer ${token}\u0001\u0001`);
    },
  });
  const bearerOfBroker: BrokerMechanism = {
    name: "OAUTHBEARER",
    begin: () => ({
      step: async (token) => {
        if (!token.toString().split("\u0001").includes("auth=Bearer good")) throw new SaslFailure("invalid_token");
        return { done: true, challenge: Buffer.alloc(0), username: "service" };
      },
    }),
  };

  test("is spoken by client and broker, beside the built-in ones", async () => {
    const broker = await start({ sasl: { mechanisms: [bearerOfBroker] } });
    const names: string[] = [];
    broker.on("loggedIn", ({ username, mechanism }) => void names.push(`${username} by ${mechanism}`));
    expect(await connecting(broker, { sasl: bearer("good") })).toBeUndefined();
    expect(await connecting(broker, { sasl: bearer("bad") })).toMatch(/^SASL_AUTHENTICATION_FAILED .*invalid_token/);
    expect(names).toEqual(["service by OAUTHBEARER"]);
  });

  test("needs no users, and what is none is refused", async () => {
    await expect(startBroker({ sasl: { mechanisms: [bearerOfBroker, "PLAIN"] } })).rejects.toThrow("sasl needs users");
    await expect(startBroker({ sasl: { mechanisms: [] } })).rejects.toThrow("mechanisms is empty");
    await expect(startBroker({ sasl: JSON.parse('{"mechanisms":[{"name":"X"}]}') })).rejects.toThrow(
      "unknown SASL mechanism",
    );
  });
});

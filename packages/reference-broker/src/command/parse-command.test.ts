import { describe, expect, test } from "vitest";
import { commandOptions, usage } from "./options.js";
import { parseCommand } from "./parse-command.js";
import { UsageError } from "./usage-error.js";

const nothing = {
  kind: "serve",
  options: { port: 9092, configs: {} },
  topics: [],
  listeners: [],
  tls: undefined,
  sasl: undefined,
  isVerbose: false,
  isJson: false,
};

/** Splits at spaces; what has spaces in it is given as further arguments. */
function parse(line: string, ...further: readonly string[]) {
  return parseCommand([...line.split(" ").filter(Boolean), ...further]);
}

describe("the command line", () => {
  test("without arguments wants a broker on port 9092, in memory", () => {
    expect(parse("")).toEqual(nothing);
  });

  test("finds the place of every option that needs no other", () => {
    const line =
      "--port 0 --data d --host ::1 --advertised-host h --brokers 3 --transaction-version 1 --group-version 0 --seed 7 --verbose --json --config num.partitions=2 --config log.cleanup.policy=compact,delete";
    expect(parse(line)).toEqual({
      ...nothing,
      options: {
        port: 0,
        dataDir: "d",
        host: "::1",
        advertisedHost: "h",
        brokers: 3,
        features: { "group.version": 0, "transaction.version": 1 },
        seed: 7,
        configs: { "num.partitions": "2", "log.cleanup.policy": "compact,delete" },
      },
      isVerbose: true,
      isJson: true,
    });
    expect(parse("--port 1 --help")).toEqual({ kind: "help" });
    expect(parse("--version")).toEqual({ kind: "version" });
  });

  test("takes topics with partitions and settings, whose values may have commas and colons in them", () => {
    const line = "--topic a --topic b:6 --topic c:1:cleanup.policy=compact,delete,retention.ms=1 --topic d::x.y=k:v";
    expect(parse(line)).toMatchObject({
      topics: [
        { topic: "a" },
        { topic: "b", partitions: 6 },
        { topic: "c", partitions: 1, configs: { "cleanup.policy": "compact,delete", "retention.ms": "1" } },
        { topic: "d", configs: { "x.y": "k:v" } },
      ],
    });
  });

  test("gives brokers ids and racks of their own", () => {
    expect(parse("--brokers 3 --rack a --rack b")).toMatchObject({
      options: { brokers: [{ nodeId: 1, rack: "a" }, { nodeId: 2, rack: "b" }, { nodeId: 3 }] },
    });
    expect(parse("--node-ids 0,7")).toMatchObject({ options: { brokers: [{ nodeId: 0 }, { nodeId: 7 }] } });
  });

  test("takes listeners, each with what it encrypts and whom it asks", () => {
    const line = "--listener PLAINTEXT://:9092 --listener OUT=sasl_ssl://[::1]:9093,kafka.example.com --user a:b";
    expect(parse(line)).toMatchObject({
      options: { configs: {} },
      listeners: [
        { name: "PLAINTEXT", host: undefined, port: 9092, isEncrypted: false, wantsLogin: false },
        {
          name: "OUT",
          host: "::1",
          port: 9093,
          advertisedHost: "kafka.example.com",
          isEncrypted: true,
          wantsLogin: true,
        },
      ],
      tls: { files: undefined, ca: undefined, asksClients: false },
      sasl: { users: [{ username: "a", password: "b" }], mechanisms: [] },
    });
  });

  test("encrypts with files, or with a certificate of its own", () => {
    expect(parse("--tls")).toMatchObject({ tls: { files: undefined, ca: undefined, asksClients: false } });
    expect(parse("--tls --tls-clients")).toMatchObject({ tls: { files: undefined, asksClients: true } });
    expect(parse("--tls-cert c --tls-key k --tls-ca a")).toMatchObject({
      tls: { files: { cert: "c", key: "k" }, ca: "a", asksClients: true },
    });
  });

  test("makes clients log in, by some mechanisms or all, with passwords that may have colons in them", () => {
    expect(
      parse("--sasl plain --sasl SCRAM-sha-512 --user alice:s:e --user-file f --sasl-session-ms 60000"),
    ).toMatchObject({
      sasl: {
        users: [{ username: "alice", password: "s:e" }],
        userFile: "f",
        mechanisms: ["PLAIN", "SCRAM-SHA-512"],
        sessionLifetimeMs: 60_000,
      },
    });
    expect(parseCommand([], { hasUsers: true })).toMatchObject({
      sasl: { users: [], userFile: undefined, mechanisms: [] },
    });
    expect(parseCommand(["--listener", "PLAINTEXT://:1"], { hasUsers: true })).toMatchObject({ sasl: undefined });
  });
});

test.each([
  ["--prot 1", 'there is no option --prot: did you mean "--port"?'],
  ["--topics a", 'there is no option --topics: did you mean "--topic"?'],
  ["stray", '"stray" belongs to no option'],
  ["--port", "--port needs NUMBER."],
  ["--port -1", '--port takes a whole number, not "-1".'],
  ["--port 1.5", "--port takes a whole number"],
  ["--port 1 --port 2", "--port is given twice"],
  ["--verbose=yes", '--verbose takes no value, not "yes".'],
  ["--brokers two", "--brokers takes a whole number"],
  ["--brokers 2 --node-ids 1", "one of them will do"],
  ["--node-ids 1;2", "--node-ids takes whole numbers with commas between them"],
  ["--transaction-version 3", "--transaction-version takes 0, 1 or 2, not 3."],
  ["--rack a --rack b", "--rack is given 2 times, for 1 brokers"],
  ["--config =1", "--config takes KEY=VALUE"],
  ["--config key", "--config takes KEY=VALUE"],
  ["--topic a:many", "--topic takes NAME:PARTITIONS"],
  ["--topic a:1:compact", "the third part of --topic takes KEY=VALUE"],
  ["--listener 9092", "--listener takes PROTOCOL://HOST:PORT"],
  ["-p 1", "there is no option -p: "],
  ["--listener INTERNAL://h:1", "SASL_SSL. A name of your own stands before it, as in INTERNAL=PLAINTEXT://h:1."],
  ["--listener SASL_SLL://h:1", 'SASL_SLL is no security protocol: did you mean "SASL_SSL"?'],
  ["--listener SSL://:1 --port 2", "--port and --listener exclude each other"],
  ["--listener PLAINTEXT://:1 --tls", "--tls has no effect: no --listener is encrypted. Write SSL or SASL_SSL"],
  ["--listener SSL://:1 --user a:b", "--sasl has no effect: no --listener asks for a login"],
  ["--listener SASL_SSL://:1", "nobody could log in: give --user NAME:PASSWORD"],
  ["--tls-cert c", "--tls-cert and --tls-key belong together: --tls-key is missing."],
  ["--tls-cert c --tls-key k --tls-clients", "--tls-clients needs --tls-ca"],
  ["--sasl plain", "nobody could log in: give --user NAME:PASSWORD"],
  ["--sasl kerberos --user a:b", '--sasl knows no "kerberos"'],
  ["--sasl sha-256 --user a:b", "SCRAM-SHA-256"],
  ["--user alice", "--user takes NAME:PASSWORD: there is no colon in it."],
  ["--user alice:", "--user takes NAME:PASSWORD, both with something in them."],
])("%s makes no sense, and a sentence says why", (line, sentence) => {
  expect(() => parse(line)).toThrow(UsageError);
  expect(() => parse(line)).toThrow(sentence);
});

test("the help has a line for every option, none longer than a terminal of 120 columns", () => {
  for (const name of commandOptions.keys()) expect(usage).toMatch(new RegExp(`^  --${name}\\b`, "m"));
  expect(usage.split("\n").filter((line) => line.length > 120)).toEqual([]);
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "@moldau/reference-broker";
import * as kafkajs from "kafkajs";
import { Kafka } from "moldau";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ChildProgram, type ProgramResult } from "../support/child-program.js";
import { freePort } from "../support/free-ports.js";
import { repository } from "../support/repository.js";

const command = join(repository, "packages/reference-broker/bin/reference-broker.js");

let folder: string;
const programs: ChildProgram[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "command-"));
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.close();
  rmSync(folder, { recursive: true, force: true });
});

function launch(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProgram {
  const program = new ChildProgram(process.execPath, [command, ...args], { env: { ...process.env, ...env } });
  programs.push(program);
  return program;
}

/** Starts the command, and gives what its first report says. */
async function start(args: readonly string[], env?: NodeJS.ProcessEnv) {
  const program = launch(["--port", "0", "--json", ...args], env);
  await program.waitFor(/"event":"ready".*\n/);
  return { program, ready: readyIn(program) };
}

/** What the command said when it was ready, with `--json`. */
function readyIn({ stdout }: ChildProgram) {
  return JSON.parse(stdout.split("\n").find((line) => line.includes('"event":"ready"')) ?? "{}");
}

async function listTopics(kafka: Kafka): Promise<string[]> {
  const admin = kafka.admin();
  try {
    return (await admin.listTopics()).map(({ topic }) => topic);
  } finally {
    await kafka.close();
  }
}

describe("what cannot be started", () => {
  const ends = async (...args: readonly string[]): Promise<ProgramResult> => launch(args).ended({ timeoutMs: 20_000 });

  test("because of the data directory ends at once with a sentence and exit code 1", async () => {
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "project"));
    writeFileSync(join(folder, "project/package.json"), "{}");
    mkdirSync(join(folder, "damaged"));
    writeFileSync(join(folder, "damaged/meta.properties"), "hello");
    const cases = [
      ["file/below", "something on the way to it is a file (ENOTDIR)"],
      ["file", "there is a file of that name (EEXIST)"],
      ["project", "holds something else (package.json) and no data of a broker"],
      ["damaged", "meta.properties is malformed"],
      ...(process.platform === "linux" ? [["/proc/of-no-process/data", "makes no directories there (ENOENT)"]] : []),
    ];
    for (const [path = "", sentence = ""] of cases) {
      const { code, stderr } = await ends("--port", "0", "--data", path.startsWith("/") ? path : join(folder, path));
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(sentence) });
      expect(stderr.trim().split("\n")).toHaveLength(1);
    }
  });

  test("because its metadata are lost leaves everything as it is", async () => {
    const data = join(folder, "data");
    const { program } = await start(["--data", data, "--topic", "orders"]);
    await program.close();
    rmSync(join(data, "__cluster_metadata-0"), { recursive: true });
    const { code, stderr } = await ends("--port", "0", "--data", data);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining("though there are partitions such as orders-0"),
    });
    expect(existsSync(join(data, "orders-0"))).toBe(true);
  });

  test("because another broker has the data directory says so", async () => {
    await start(["--data", join(folder, "data")]);
    const { code, stderr } = await ends("--port", "0", "--data", join(folder, "data"));
    expect(code).toBe(1);
    expect(stderr).toContain("is in use by another broker: stop that one, or choose another directory");
  });

  test("because of its address says what to give, and whom to ask", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      const taken = await ends("--port", `${port}`);
      expect(taken).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`listens on port ${port} of 127.0.0.1 already`),
      });
      expect(taken.stderr).toMatch(/Give another --port .*, or see who it is: (ss|lsof|netstat) /);
    } finally {
      server.close();
    }
    expect(await ends("--port", "0", "--host", "192.0.2.1")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("192.0.2.1 is no address of this machine"),
    });
    expect(await ends("--port", "0", "--host", "broker.invalid")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("the host name broker.invalid is not known here"),
    });
  });

  test("because the arguments make no sense ends with exit code 2, a sentence, and the way to the help", async () => {
    const cases = [
      [["--prot", "1"], 'did you mean "--port"?'],
      [["--tls-cert", join(folder, "no.pem"), "--tls-key", join(folder, "no.pem")], "no.pem cannot be read"],
      [["--tls-ca", command], "reference-broker.js is no PEM file"],
      [["--user-file", join(folder, "no.txt")], "no.txt cannot be read"],
      [["--user", "a:1", "--user", "a:2"], "the user a has two passwords for PLAIN"],
      [["--topic", "a b"], "a b"],
      [["--config", "num.partition=1"], 'did you mean "num.partitions"?'],
      [["--topic", "a:1:cleanup.polici=compact"], 'did you mean "cleanup.policy"?'],
      [["--host", "0.0.0.0"], "give --advertised-host"],
    ] as const;
    for (const [args, sentence] of cases) {
      const { code, stderr } = await ends("--port", "0", ...args);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(sentence) });
      expect(stderr).toContain("reference-broker --help");
    }
  });
});

test("the help and the version are told with exit code 0", async () => {
  const { version } = JSON.parse(readFileSync(join(repository, "packages/reference-broker/package.json"), "utf8"));
  expect(await launch(["--version"]).ended()).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  expect(await launch(["--help"]).ended()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("--tls"),
    stderr: "",
  });
});

describe("what was started", () => {
  test("is told with its brokers, what the data directory held, and how to connect", async () => {
    const data = join(folder, "data");
    const first = await start(["--data", data, "--topic", "orders:3:cleanup.policy=compact", "--topic", "plain"]);
    expect(first.ready).toMatchObject({ dataDir: data, found: { topics: [], groups: [], sizeInBytes: 0 } });
    const [broker] = first.ready.brokers;
    const { port } = broker.listeners.PLAINTEXT;
    expect(first.ready.connect.PLAINTEXT.moldau).toBe(`new Kafka({ brokers: ["127.0.0.1:${port}"] })`);

    const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`] });
    await kafka.producer().send({ topic: "orders", messages: [{ key: "a", value: "one" }] });
    for await (const message of kafka
      .consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" })
      .messages()) {
      expect(String(message.value)).toBe("one");
      break;
    }
    await kafka.close();
    await first.program.close();

    const again = launch(["--port", "0", "--data", data, "--brokers", "1"]);
    await again.waitFor(/held 2 topics with 4 partitions, 1 group, \d+ bytes\./);
    expect(again.stdout).toMatch(/^Ready on 127\.0\.0\.1:\d+ \(data in .*data\)\. Ctrl\+C ends it\.$/m);
    expect(again.stdout).toMatch(/^ {2}kcat {4}kcat -b 127\.0\.0\.1:\d+ -L$/m);
  });

  test("has the racks, node ids and listeners that were asked for", async () => {
    const program = launch([
      ...["--json", "--node-ids", "0,5", "--rack", "north", "--rack", "south"],
      ...["--listener", "PLAINTEXT://127.0.0.1:0", "--listener", "OUTSIDE=PLAINTEXT://127.0.0.1:0"],
    ]);
    await program.waitFor(/"event":"ready".*\n/);
    const ready = readyIn(program);
    expect(ready.brokers).toMatchObject([
      { nodeId: 0, rack: "north", listeners: { PLAINTEXT: {}, OUTSIDE: {} } },
      { nodeId: 5, rack: "south" },
    ]);
    expect(Object.keys(ready.connect)).toEqual(["PLAINTEXT", "OUTSIDE"]);
  });
});

test("a reader that goes away ends nothing: the broker runs on, and leaves its directory well", async () => {
  const data = join(folder, "data");
  const port = await freePort();
  const broker = [process.execPath, command, "--port", `${port}`, "--data", data, "--verbose", "--topic", "orders"];
  // The shell hands the broker's lines to a program that reads one and ends, and the broker's number to us.
  const script = `${broker.map((word) => `'${word}'`).join(" ")} & echo "pid $!" >&2; wait $!; echo "code $?" >&2`;
  const program = new ChildProgram("sh", ["-c", `{ ${script}; } | head -n 1`]);
  programs.push(program);
  const [, pid = ""] = await program.waitFor(/pid (\d+)/);
  await program.waitFor(/topic orders/);
  const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`] });
  for (let round = 0; round < 5; round++)
    await kafka.producer().send({ topic: "orders", messages: [{ value: "one" }] });
  await kafka.close();
  process.kill(Number(pid), "SIGTERM");
  const { stderr } = await program.ended();
  expect(stderr).toContain("code 0");
  expect(existsSync(join(data, ".kafka_cleanshutdown"))).toBe(true);
});

test("what happens is told line by line, and summed up at the end", async () => {
  const { program, ready } = await start(["--verbose", "--topic", "orders:2"]);
  const kafka = new Kafka({ brokers: [`127.0.0.1:${ready.brokers[0].listeners.PLAINTEXT.port}`], clientId: "shop" });
  const messages = Array.from({ length: 20 }, (_, index) => ({ key: `${index}`, value: "one" }));
  await kafka.producer().send({ topic: "orders", messages });
  const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
  let received = 0;
  for await (const _message of consumer.messages()) if (++received === messages.length) break;
  await kafka.close();
  program.signal("SIGTERM");
  const { code, stdout, stderr } = await program.ended();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const reports = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const events = new Set(reports.map(({ event }) => event));
  for (const event of [
    "topicCreated",
    "ready",
    "connected",
    "memberJoined",
    "groupChanged",
    "offsetsCommitted",
    "memberLeft",
  ])
    expect(events).toContain(event);
  expect(events).not.toContain("request");
  expect(reports.at(-2)).toMatchObject({ event: "closing" });
  expect(reports.at(-1)).toMatchObject({ event: "closed", messagesIn: 20, messagesOut: 20, topics: 1, groups: 1 });
  const connections = reports.filter(({ event }) => event === "disconnected");
  expect(reports.at(-1).connections).toBe(connections.length);
  expect(reports.at(-1).requests).toBe(connections.reduce((sum, { requests }) => sum + requests, 0));
});

describe("an encrypted broker", () => {
  test("makes its certificate itself, keeps the authority with the data, and is trusted by that file", async () => {
    const data = join(folder, "data");
    const first = await start(["--tls", "--data", data, "--topic", "orders"]);
    const ca = readFileSync(first.ready.caFile, "utf8");
    const brokers = [`localhost:${first.ready.brokers[0].listeners.SSL.port}`];
    expect(await listTopics(new Kafka({ brokers, tls: { ca } }))).toEqual(["orders"]);
    const unsure = new Kafka({ brokers, tls: true });
    await expect(unsure.connect({ timeoutMs: 10_000 })).rejects.toThrow("unable to verify the first certificate");
    await unsure.close();
    if (process.platform !== "win32") expect(statSync(join(data, "moldau-ca-key.pem")).mode & 0o077).toBe(0);
    await first.program.close();

    const again = await start(["--tls", "--data", data]);
    expect(readFileSync(again.ready.caFile, "utf8")).toBe(ca);
    const port = again.ready.brokers[0].listeners.SSL.port;
    expect(await listTopics(new Kafka({ brokers: [`127.0.0.1:${port}`], tls: { ca } }))).toEqual(["orders"]);
  });

  test("asks for the clients' certificates where it is told to", async () => {
    const { ready } = await start(["--tls", "--tls-clients"]);
    const { port } = ready.brokers[0].listeners.SSL;
    const [, cert = ""] = /cert: readFileSync\("(.*?)"\)/.exec(ready.connect.SSL.moldau) ?? [];
    const [, key = ""] = /key: readFileSync\("(.*?)"\)/.exec(ready.connect.SSL.moldau) ?? [];
    const ca = readFileSync(ready.caFile);
    const brokers = [`127.0.0.1:${port}`];
    expect(
      await listTopics(new Kafka({ brokers, tls: { ca, cert: readFileSync(cert), key: readFileSync(key) } })),
    ).toEqual([]);
    const nobody = new Kafka({ brokers, tls: { ca } });
    await expect(nobody.connect({ timeoutMs: 3000 })).rejects.toThrow();
    await nobody.close();
  });

  test("takes a certificate from files", async () => {
    const authority = createAuthority();
    const { cert, key } = authority.issue();
    writeFileSync(join(folder, "cert.pem"), cert);
    writeFileSync(join(folder, "key.pem"), key);
    const { ready } = await start(["--tls-cert", join(folder, "cert.pem"), "--tls-key", join(folder, "key.pem")]);
    expect(ready.caFile).toBeNull();
    const brokers = [`127.0.0.1:${ready.brokers[0].listeners.SSL.port}`];
    expect(await listTopics(new Kafka({ brokers, tls: { ca: authority.ca } }))).toEqual([]);
  });
});

describe("a broker with logins", () => {
  test("takes users from the line, a file and the environment, and shows no password", async () => {
    writeFileSync(join(folder, "users"), "bob:from file\n");
    const { program, ready } = await start(
      ["--sasl", "plain", "--user", "alice:from-line", "--user-file", join(folder, "users")],
      {
        MOLDAU_USERS: "carol:from-environment",
      },
    );
    const brokers = [`127.0.0.1:${ready.brokers[0].listeners.SASL_PLAINTEXT.port}`];
    const users = { alice: "from-line", bob: "from file", carol: "from-environment" };
    for (const [username, password] of Object.entries(users))
      expect(await listTopics(new Kafka({ brokers, sasl: { mechanism: "plain", username, password } }))).toEqual([]);
    const wrong = new Kafka({ brokers, sasl: { mechanism: "plain", username: "alice", password: "other" } });
    await expect(wrong.connect()).rejects.toThrow("Invalid username or password");
    await wrong.close();
    expect(program.stdout).not.toMatch(/from.(line|file|environment)/);
  });

  test("is spoken to by kafkajs over TLS with SCRAM, beside a plain listener", async () => {
    const program = launch([
      ...["--json", "--topic", "orders", "--user", "alice:secret"],
      ...["--listener", "PLAINTEXT://:0", "--listener", "SASL_SSL://:0"],
    ]);
    await program.waitFor(/"event":"ready".*\n/);
    const ready = readyIn(program);
    const { PLAINTEXT, SASL_SSL } = ready.brokers[0].listeners;
    const kafka = new kafkajs.Kafka({
      brokers: [`localhost:${SASL_SSL.port}`],
      ssl: { ca: [readFileSync(ready.caFile, "utf8")] },
      sasl: { mechanism: "scram-sha-512", username: "alice", password: "secret" },
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const admin = kafka.admin();
    await admin.connect();
    expect(await admin.listTopics()).toEqual(["orders"]);
    await admin.disconnect();
    expect(await listTopics(new Kafka({ brokers: [`127.0.0.1:${PLAINTEXT.port}`] }))).toEqual(["orders"]);
  });
});

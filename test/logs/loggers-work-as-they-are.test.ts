import { Writable } from "node:stream";
import { format } from "node:util";
import { systemConnector } from "@moldau/platform";
import { startBroker } from "@moldau/reference-broker";
import bunyan from "bunyan";
import { Kafka, type KafkaOptions } from "moldau";
import pino from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import winston from "winston";

/** A stream that collects lines of JSON. */
function collector(): { readonly stream: Writable; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  return { stream, lines };
}

/** Nobody listens at port 1. */
const nowhere = "127.0.0.1:1";

/** Has a client fail to reach its only broker, again and again. */
async function failToReach(logger: KafkaOptions["logger"] & {}): Promise<void> {
  await using kafka = new Kafka({ brokers: [nowhere], clientId: "shop", logger, retry: { maxDelayMs: 100 } });
  await expect(kafka.connect({ timeoutMs: 400 })).rejects.toMatchObject({ code: "CLIENT_CONNECTION_FAILED" });
}

const text = expect.stringMatching(
  /^The broker at 127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED.* It is tried again; until then what needs it waits/,
) as string;
const fields = {
  clientId: "shop",
  clientInstance: expect.any(Number) as number,
  address: nowhere,
  code: "CLIENT_CONNECTION_FAILED",
};

describe("a line with its fields reaches", () => {
  it("pino, with the error by the name err", async () => {
    const { stream, lines } = collector();
    await failToReach(pino(stream));
    const err = expect.objectContaining({ stack: expect.any(String) as string, code: fields.code }) as object;
    expect(lines).toEqual([expect.objectContaining({ level: 40, msg: text, ...fields, err })]);
  });

  it("a child of a pino logger, with what all its lines have", async () => {
    const { stream, lines } = collector();
    await failToReach(pino(stream).child({ part: "kafka" }));
    expect(lines).toEqual([expect.objectContaining({ part: "kafka", msg: text, ...fields })]);
  });

  it.each([
    ["without", undefined],
    ["with", bunyan.stdSerializers],
  ] as const)("bunyan, with the error by the name err, %s its serializers", async (_which, serializers) => {
    const { stream, lines } = collector();
    await failToReach(bunyan.createLogger({ name: "app", stream, ...(serializers && { serializers }) }));
    const err = expect.objectContaining({ stack: expect.any(String) as string, code: fields.code }) as object;
    expect(lines).toEqual([expect.objectContaining({ level: 40, msg: text, ...fields, err })]);
  });

  it.each([
    ["npm", winston.config.npm.levels, "warn"],
    ["syslog", winston.config.syslog.levels, "warning"],
  ] as const)("winston, with the error by the name error, by the levels of %s", async (_which, levels, level) => {
    const { stream, lines } = collector();
    const transports = [new winston.transports.Stream({ stream })];
    await failToReach(winston.createLogger({ levels, format: winston.format.json(), transports }));
    const error = expect.objectContaining({ message: expect.any(String) as string, code: fields.code }) as object;
    expect(lines).toEqual([expect.objectContaining({ level, message: text, ...fields, error })]);
  });

  it("a child of a winston logger, with what all its lines have", async () => {
    const { stream, lines } = collector();
    const transports = [new winston.transports.Stream({ stream })];
    await failToReach(winston.createLogger({ format: winston.format.json(), transports }).child({ part: "kafka" }));
    expect(lines).toEqual([expect.objectContaining({ part: "kafka", level: "warn", message: text, ...fields })]);
  });

  it("console, with the error itself by the name error", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const debug = vi.spyOn(console, "debug").mockImplementation(() => undefined);
    onTestFinished(() => void vi.restoreAllMocks());
    await failToReach(console);
    expect(warn.mock.calls).toEqual([
      [text, { ...fields, error: expect.objectContaining({ code: fields.code }) as Error }],
    ]);
    expect(debug).not.toHaveBeenCalled();
  });

  it("an object of one's own, as texts that are no formats", async () => {
    const lines: unknown[][] = [];
    const put = (...line: readonly unknown[]): void => void lines.push([...line]);
    await using kafka = new Kafka({
      brokers: ["%s:9092"],
      connector: {
        connect: (target, told) => systemConnector.connect({ ...target, host: "127.0.0.1", port: 1 }, told),
      },
      logger: { error: put, warn: put, info: put, debug: put },
    });
    await expect(kafka.connect()).rejects.toThrow();
    const [line] = lines;
    expect(format(...(line ?? []))).toMatch(/^The broker at %s:9092 cannot be reached: .*ECONNREFUSED/);
    expect(line?.[1]).toMatchObject({ address: "%s:9092", code: fields.code });
  });
});

describe("a level", () => {
  it.each([
    ["warn", 1],
    ["error", 0],
  ] as const)("%s writes lines of that level and above to the standard error output", async (level, count) => {
    const written: string[] = [];
    const write = vi.spyOn(process.stderr, "write").mockImplementation((line) => written.push(String(line)) > 0);
    onTestFinished(() => write.mockRestore());
    await failToReach(level);
    write.mockRestore();
    expect(written).toHaveLength(count);
    for (const line of written)
      expect(line).toMatch(
        /^\d{4}-\d\d-\d\dT[\d:.]+Z WARN {2}moldau \[shop#\d+\] The broker at 127\.0\.0\.1:1 cannot be reached: .* \(CLIENT_CONNECTION_FAILED\)\n$/,
      );
  });
});

describe("what is no logger is refused when the client is made", () => {
  const make = (logger: unknown) => () => new Kafka({ brokers: [nowhere], logger: logger as "warn" });

  it.each([
    ["verbose", '"verbose"'],
    [true, "true"],
    [4, "4"],
    [[], "an empty array"],
  ])("%j", (logger, shown) => {
    expect(make(logger)).toThrow(
      `client options: logger must be a level ("error", "warn", "info", "debug") or a logger such as console, pino() or winston.createLogger(), not ${shown}.`,
    );
  });

  it("an object that lacks methods, with their names", () => {
    expect(make({ error: () => true, warn: () => true, log: () => true })).toThrow(
      'client options: logger has no method info, debug: give a logger with the methods error, warn, info, debug, or a level such as "warn".',
    );
  });

  it("a winston logger that has no such level", () => {
    expect(make(winston.createLogger({ levels: { error: 0, info: 1 } }))).toThrow(
      'client options: logger is a winston logger without the level "warn"; its levels are error, info. Give one that has error, warn, info, debug.',
    );
  });
});

it("a logger that throws breaks nothing: what it throws is an uncaught exception", async () => {
  const uncaught: unknown[] = [];
  const before = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => uncaught.push(error));
  onTestFinished(() => {
    process.removeAllListeners("uncaughtException");
    for (const listener of before) process.on("uncaughtException", listener);
  });
  const broken = (): never => {
    throw new Error("The disk is full.");
  };
  await using broker = await startBroker({ topics: ["orders"] });
  await using kafka = new Kafka({
    brokers: broker.bootstrapServers,
    logger: { error: broken, warn: broken, info: broken, debug: broken },
  });
  const producer = kafka.producer();
  const sent = await producer.send({ topic: "orders", messages: [{ value: "a" }] });
  expect(sent).toMatchObject([{ topic: "orders", count: 1 }]);
  await producer.close();
  expect(uncaught.length).toBeGreaterThan(0);
  expect(uncaught).toContainEqual(new Error("The disk is full."));
});

it("without a logger nothing is printed", async () => {
  const written = [process.stderr, process.stdout].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation(() => true),
  );
  onTestFinished(() => void vi.restoreAllMocks());
  await using kafka = new Kafka({ brokers: [nowhere] });
  await expect(kafka.connect({ timeoutMs: 200 })).rejects.toThrow();
  for (const write of written) expect(write).not.toHaveBeenCalled();
});

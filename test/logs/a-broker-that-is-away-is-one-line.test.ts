import { startBroker } from "@moldau/reference-broker";
import {
  diagnosticsChannels,
  Kafka,
  type ConnectionOpenEvent,
  type LogFields,
  type Logger,
  type LogLevel,
} from "moldau";
import { expect, it, onTestFinished } from "vitest";
import { until } from "../support/connecting.js";

interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines. */
function listening(): { readonly logger: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const keep = (level: LogLevel) => (message: string, fields: LogFields) => void lines.push({ level, message, fields });
  return { lines, logger: { error: keep("error"), warn: keep("warn"), info: keep("info"), debug: keep("debug") } };
}

/** Connections that could not be opened, from now on. */
function failures(): readonly ConnectionOpenEvent[] {
  const failed: ConnectionOpenEvent[] = [];
  const channel = diagnosticsChannels["moldau:connection:open"];
  const listener = (event: ConnectionOpenEvent): void => {
    if (event.error !== undefined) failed.push(event);
  };
  channel.subscribe(listener);
  onTestFinished(() => void channel.unsubscribe(listener));
  return failed;
}

/** The lines that matter: not about connections, and not about who got which partition. */
function worthReading(lines: readonly Line[]): string[] {
  return lines.filter(({ level, fields: { groupId } }) => level !== "debug" && groupId === undefined).map(shown);
}

function shown({ level, message }: Line): string {
  return `${level}: ${message.replace(/.*(cannot be reached|is back).*/, "$1")}`;
}

it("is one line when it goes and one when it is back, whoever tries to reach it meanwhile", async () => {
  await using broker = await startBroker({ topics: [{ topic: "orders", partitions: 4 }] });
  const { logger, lines } = listening();
  await using kafka = new Kafka({
    brokers: broker.bootstrapServers,
    logger,
    retry: { initialDelayMs: 5, maxDelayMs: 20 },
    metadataMaxAgeMs: 50,
  });
  const producers = Array.from({ length: 3 }, () => kafka.producer());
  const sendToAll = () =>
    producers.flatMap((producer) =>
      [0, 1, 2, 3].map((partition) => producer.send({ topic: "orders", messages: [{ value: "a", partition }] })),
    );
  await Promise.all(sendToAll());
  let received = 0;
  const reading = Array.from({ length: 2 }, async () => {
    const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
    for await (const message of consumer) received += message.byteLength;
  });
  await until(() => received === 12);

  const failed = failures();
  await broker.stopNode(1);
  const sending = Promise.allSettled(sendToAll());
  await until(() => failed.length > 20);
  expect(worthReading(lines)).toEqual(["warn: cannot be reached"]);

  await broker.startNode(1);
  await sending;
  await until(() => received === 24);
  expect(worthReading(lines)).toEqual(["warn: cannot be reached", "info: is back"]);
  expect(lines.filter(({ level, fields }) => level === "warn" && fields.groupId !== undefined)).toEqual([]);

  await kafka.close();
  await Promise.all(reading);
});

it("is told even if nobody tries to connect to it any more, since its partitions have no leader", async () => {
  await using broker = await startBroker({ brokers: 2, topics: [{ topic: "orders", partitions: 4 }] });
  const { logger, lines } = listening();
  await using kafka = new Kafka({ brokers: broker.bootstrapServers, logger, retry: { initialDelayMs: 5 } });
  const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"] });
  const reading = (async () => {
    for await (const message of consumer) void message;
  })();
  const isFetching = ({ message, fields }: Line): boolean =>
    message.includes("was opened") && fields.broker === 2 && fields["purpose"] === "fetch";
  await until(() => lines.some(isFetching));
  // The connection is lost with a fetch on it once the broker has one.
  await broker.waitFor("request", ({ api, broker: node }) => api === "Fetch" && node === 2);
  await broker.stopNode(2);
  await until(() => worthReading(lines).length > 0);
  expect(worthReading(lines)).toEqual(["warn: cannot be reached"]);
  await broker.startNode(2);
  await until(() => worthReading(lines).length > 1);
  expect(worthReading(lines)).toEqual(["warn: cannot be reached", "info: is back"]);
  await kafka.close();
  await reading;
});

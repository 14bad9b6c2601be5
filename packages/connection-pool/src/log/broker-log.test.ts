import { KafkaError } from "@moldau/protocol-codec";
import { VirtualClock } from "moldau-testing";
import { describe, expect, it } from "vitest";
import type { EventOrigin } from "../diagnostics.js";
import { connectionClosed, connectionFailed } from "../errors.js";
import { ClientLogWriter } from "./client-log.js";

const client = { clientId: "shop", clientInstance: 1 };
const origin: EventOrigin = { ...client, owner: "producer", purpose: "produce" };
const refused = connectionFailed("Nobody listens there");

function bench(node = 1) {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const log = new ClientLogWriter(client, {
    clock,
    logger: ({ level, message }) => void (level === "debug" || lines.push(`${level}: ${message}`)),
  });
  const place = { ...origin, node, address: "kafka-1:9092" };
  return {
    ...{ clock, lines, log },
    open: (error?: Error) => log.brokers.opened({ ...place, durationMs: 1, ...(error && { error }) }),
    close: (error: KafkaError, pendingRequests = 1) =>
      log.brokers.closed({ ...place, wasOpen: true, pendingRequests, error }),
    throttle: () => log.brokers.throttled({ ...place, apiName: "Produce", throttleTimeMs: 200 }),
    follow: (code: string) =>
      log.write({ level: "warn", message: code, error: new KafkaError(code, "Not now.", { retriable: true }) }),
  };
}

const gone =
  "warn: Broker 1 at kafka-1:9092 cannot be reached: Nobody listens there. It is tried again; until then what needs it waits, for as long as each call may.";

describe("a broker that is away", () => {
  it("is one line for a hundred attempts, one every five minutes, and one when it is back", async () => {
    const { clock, lines, open } = bench();
    for (let attempt = 0; attempt < 100; attempt++) open(refused);
    expect(lines).toEqual([gone]);
    await clock.advance(299_999);
    open(refused);
    expect(lines).toHaveLength(1);
    await clock.advance(1);
    open(refused);
    open(refused);
    await clock.advance(60_000);
    open();
    expect(lines.slice(1)).toEqual([
      "warn: Broker 1 at kafka-1:9092 still cannot be reached, for 5 min and in 102 attempts: Nobody listens there. It is tried again.",
      "info: Broker 1 at kafka-1:9092 is back after 6 min and 103 failed attempts.",
    ]);
  });

  it("is told of five times in five minutes when it comes and goes all the time, and then with how often it was not", async () => {
    const { clock, lines, open } = bench();
    for (let round = 0; round < 20; round++) {
      open(refused);
      open();
    }
    expect(lines).toHaveLength(10);
    await clock.advance(300_000);
    open(refused);
    expect(lines.at(-1)).toBe(`${gone} (15 more like this were kept back.)`);
  });

  it("is no line for a connection that was lost and opened anew", () => {
    const { lines, open, close } = bench();
    close(connectionClosed("The broker closed the connection"));
    open();
    expect(lines).toEqual([]);
  });

  it("is no line either when that happens again and again, but that it does is one in five minutes", async () => {
    const { clock, lines, open, close } = bench();
    const loseAndRepair = (times: number): void => {
      for (let time = 0; time < times; time++) {
        for (let connection = 0; connection < 4; connection++)
          close(connectionClosed("The broker closed the connection"));
        open();
      }
    };
    loseAndRepair(2);
    await clock.advance(300_000);
    loseAndRepair(2);
    expect(lines).toEqual([]);
    loseAndRepair(5);
    expect(lines).toEqual([
      "warn: Connections to broker 1 at kafka-1:9092 are lost again and again, and opened anew: The broker closed the connection. What was under way on them is sent again. Does something between here and there end them?",
    ]);
  });

  it("is told of when others feel the lack of a broker that nobody tries to reach, and stands for what they say", () => {
    const { lines, close, follow } = bench();
    close(connectionClosed("The broker closed the connection"));
    follow("LEADER_NOT_AVAILABLE");
    follow("NOT_COORDINATOR");
    expect(lines).toEqual([gone.replace("Nobody listens there", "The broker closed the connection")]);
  });

  it("stands for what others say for a minute after it is back", async () => {
    const { clock, lines, open, follow } = bench();
    open(refused);
    open();
    follow("FENCED_LEADER_EPOCH");
    await clock.advance(60_000);
    expect(lines).toHaveLength(2);
    follow("FENCED_LEADER_EPOCH");
    expect(lines.slice(2)).toEqual(["warn: FENCED_LEADER_EPOCH"]);
  });

  it("stands for nothing that others say when it was not seen to be away for a minute, or when nothing was lost", async () => {
    const { clock, lines, close, follow } = bench();
    follow("LEADER_NOT_AVAILABLE");
    close(connectionClosed("Nobody had used it"), 0);
    follow("LEADER_NOT_AVAILABLE");
    close(connectionClosed("The broker closed the connection"));
    await clock.advance(60_001);
    follow("LEADER_NOT_AVAILABLE");
    follow("TOPIC_AUTHORIZATION_FAILED");
    expect(lines).toEqual([
      ...Array.from({ length: 3 }, () => "warn: LEADER_NOT_AVAILABLE"),
      "warn: TOPIC_AUTHORIZATION_FAILED",
    ]);
  });

  it("is an error where trying again would not help", () => {
    const { lines, open } = bench(-1);
    open(new KafkaError("SASL_AUTHENTICATION_FAILED", "Wrong password."));
    open(new KafkaError("SASL_AUTHENTICATION_FAILED", "Wrong password."));
    expect(lines).toEqual([
      "error: The broker at kafka-1:9092 cannot be used: Wrong password. Trying again would not help: what needs it fails.",
    ]);
  });
});

it("a login that could not be renewed is an error, once", () => {
  const { lines, close } = bench();
  for (let connection = 0; connection < 5; connection++)
    close(new KafkaError("SASL_AUTHENTICATION_FAILED", "The token has expired."));
  expect(lines).toEqual([
    "error: The login to broker 1 at kafka-1:9092 could not be renewed, and its connection is closed: The token has expired. What needs the broker logs in anew, and fails if that is refused.",
  ]);
});

it("a broker that holds the client back is a line in five minutes", async () => {
  const { clock, lines, throttle } = bench();
  for (let answer = 0; answer < 50; answer++) throttle();
  await clock.advance(300_000);
  throttle();
  const line =
    "warn: Broker 1 at kafka-1:9092 holds this client back for 200 ms after Produce: a quota is used up. Nothing is sent to it meanwhile, then it goes on.";
  expect(lines).toEqual([line, `${line} (49 more like this were kept back.)`]);
});

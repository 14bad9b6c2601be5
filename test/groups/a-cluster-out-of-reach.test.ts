import { startBroker } from "@moldau/reference-broker";
import { describe, expect, it } from "vitest";
import { consumingFrom, nextEvent, startConsuming, takeValues } from "../support/consuming.js";
import { freePort } from "../support/free-ports.js";

const quick = { retry: { initialDelayMs: 10, maxDelayMs: 50 } } as never;

describe("a consumer whose cluster is out of reach", () => {
  it("tries again for as long as its loop lasts, tells so, and reads once a broker is there", async () => {
    const port = await freePort();
    await using run = consumingFrom([`127.0.0.1:${port}`]);
    const consumer = run.consumer({}, run.client(quick));
    const told = nextEvent(consumer, "retrying");
    const taken = takeValues(consumer, 1);
    expect(await told).toMatchObject({ operation: "connect", error: { code: "CLIENT_CONNECTION_FAILED" } });
    const broker = await startBroker({ port, topics: [{ topic: "orders", partitions: 1 }] });
    await run.send("orders", 0, ["a"]);
    expect(await taken).toEqual(["a"]);
    await consumer.close();
    await broker.close();
  });

  it("ends connect() within the caller's own bound, with the last cause in the error", async () => {
    await using run = consumingFrom(["127.0.0.1:1"]);
    const consumer = run.consumer({}, run.client(quick));
    const startedAt = performance.now();
    await expect(consumer.connect({ timeoutMs: 300 })).rejects.toMatchObject({
      code: "CLIENT_CONNECTION_FAILED",
      message: expect.stringContaining("ECONNREFUSED"),
      cause: { code: "CLIENT_CONNECTION_FAILED" },
    });
    expect(performance.now() - startedAt).toBeGreaterThan(250);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it("ends connect() after requestTimeoutMs without a bound of its own", async () => {
    await using run = consumingFrom(["127.0.0.1:1"]);
    const consumer = run.consumer({}, run.client({ requestTimeoutMs: 300 }));
    await expect(consumer.connect()).rejects.toMatchObject({ code: "CLIENT_CONNECTION_FAILED" });
  });

  it("fails at once, and tells so, when its login is refused", async () => {
    await using run = await startConsuming({ sasl: { users: [{ username: "anna", password: "right" }] } });
    const wrong = run.client({ sasl: { mechanism: "PLAIN", username: "anna", password: "wrong" } });
    const consumer = run.consumer({}, wrong);
    const failed = nextEvent(consumer, "failed");
    await expect(takeValues(consumer, 1)).rejects.toMatchObject({ code: "SASL_AUTHENTICATION_FAILED" });
    expect(await failed).toMatchObject({ error: { code: "SASL_AUTHENTICATION_FAILED" } });
  });

  it("can be closed while it tries, and its loop ends as if there were nothing more", async () => {
    await using run = consumingFrom(["127.0.0.1:1"]);
    const consumer = run.consumer({}, run.client(quick));
    const taken = takeValues(consumer, 1);
    await nextEvent(consumer, "retrying");
    const startedAt = performance.now();
    await consumer.close();
    expect(await taken).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe("a topic that does not exist", () => {
  it("is told of while it is asked for, and named by the error and the event that end the loop", async () => {
    await using run = await startConsuming({ configs: { "auto.create.topics.enable": false } });
    const consumer = run.consumer({ topics: ["orders", "nowhere"] }, run.client({ requestTimeoutMs: 1500 }));
    const [retrying, failed] = [nextEvent(consumer, "retrying"), nextEvent(consumer, "failed")];
    const named = { code: "UNKNOWN_TOPIC_OR_PARTITION", topic: "nowhere", message: expect.stringContaining("nowhere") };
    await expect(takeValues(consumer, 1)).rejects.toMatchObject(named);
    expect(await retrying).toMatchObject({ operation: "metadata", error: named });
    expect(await failed).toMatchObject({ error: named });
  });
});

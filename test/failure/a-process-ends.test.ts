import { createServer } from "node:net";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { expect, it } from "vitest";
import { runProgram } from "../support/child-program.js";
import { repository } from "../support/repository.js";

const programs = join(repository, "test/failure/programs");

it("ends by itself once all producers and consumers are closed, although the connections they shared are open", async () => {
  const broker = await startBroker({ topics: [{ topic: "orders", partitions: 1 }] });
  try {
    const before = performance.now();
    const program = join(programs, "closes-only-what-it-made.mjs");
    const result = await runProgram(process.execPath, [program, ...broker.bootstrapServers]);
    expect(result).toEqual({ code: 0, stdout: "1\nclosed\n", stderr: "" });
    // The first timer that could have held it fires after nine seconds, the next after thirty.
    expect(performance.now() - before).toBeLessThan(9000);
  } finally {
    await broker.close();
  }
});

it("ends within the time that close() was given although a send waits for a broker, and the send hears the reason", async () => {
  const address = await closedPort();
  const program = join(programs, "closes-without-a-broker.mjs");
  const { code, stdout, stderr } = await runProgram(process.execPath, [program, address]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { closedAfterMs, outcome } = JSON.parse(stdout) as { closedAfterMs: number; outcome: string };
  expect(closedAfterMs).toBeGreaterThan(900);
  expect(closedAfterMs).toBeLessThan(3000);
  expect(outcome).toMatch(/CLIENT_CLOSED.*ECONNREFUSED/u);
});

it("refuses a time that is none before it closes anything", async () => {
  const kafka = new Kafka({ brokers: ["localhost:9092"] });
  await expect(kafka.close({ timeoutMs: -1 })).rejects.toMatchObject({ code: "CLIENT_INVALID_ARGUMENT" });
  expect(() => kafka.producer()).not.toThrow();
  await kafka.close();
});

/** An address where nobody listens. */
async function closedPort(): Promise<string> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { Bills } from "./billing.js";
import { Unfixable, Worker } from "./worker.js";

let broker, kafka;

beforeEach(async () => {
  broker = await startBroker({ topics: ["orders", "orders.retry", "orders.dead"] });
  kafka = new Kafka({ brokers: broker.bootstrapServers });
});

afterEach(async () => {
  await kafka.close();
  await broker.close();
});

function startWorker(handle, options) {
  const worker = new Worker(kafka, { topic: "orders", groupId: "billing", handle, retryAfterMs: 50, ...options });
  return { worker, running: worker.run() };
}

/** Sends orders, by their ids. */
function send(...ids) {
  const messages = ids.map((id) => ({ key: id, value: JSON.stringify({ id }), headers: { trace: `t-${id}` } }));
  return kafka.producer().send({ topic: "orders", messages });
}

/** Resolves when `holds` does. */
async function until(holds) {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

function recordsOf(topic) {
  return broker.log(topic, 0).records();
}

test("what fails is tried again, as often as it may be", async () => {
  const handled = [];
  const { worker, running } = startWorker(async ({ key }) => {
    handled.push(key.toString());
    if (handled.filter((id) => id === "a").length < 3) throw new Error("not yet");
  });
  await send("a");
  await until(() => handled.length === 3);
  await worker.stop();
  await running;
  assert.deepEqual(await recordsOf("orders.dead"), []);
});

test("what waits for its next attempt holds nothing up, nor a stop", async () => {
  const handled = [];
  const { worker, running } = startWorker(
    async ({ key }) => {
      handled.push(key.toString());
      if (key.toString() === "a") throw new Error("not yet");
    },
    { retryAfterMs: 60_000 },
  );
  await send("a", "b", "c");
  await until(() => handled.length === 3);
  await worker.stop();
  await running;
  assert.deepEqual(handled, ["a", "b", "c"]);
});

test("what keeps failing is put aside, with its own headers, the reason and where it came from", async () => {
  const { worker, running } = startWorker(async ({ key }) => {
    throw key.toString() === "b" ? new Unfixable("no such customer") : new Error("not yet");
  });
  await send("a", "b");
  await until(async () => (await recordsOf("orders.dead")).length === 2);
  await worker.stop();
  await running;
  const dead = await recordsOf("orders.dead");
  const facts = dead.map(({ key, headers }) => {
    const { due: _due, ...told } = Object.fromEntries(headers.map(([name, value]) => [name, value.toString()]));
    return [key.toString(), told];
  });
  assert.deepEqual(Object.fromEntries(facts), {
    a: { trace: "t-a", attempts: "3", error: "not yet", origin: "orders/0@0" },
    b: { trace: "t-b", attempts: "1", error: "no such customer", origin: "orders/0@1" },
  });
});

test("an order is billed once, though the worker dies before it could commit", async () => {
  const rule = broker.intercept({ api: "OffsetCommit" }, (request) => request.fail("GROUP_AUTHORIZATION_FAILED"));
  const asked = [];
  const bills = new Bills(async ({ id }) => void asked.push(id));
  const first = startWorker(bills.handle);
  await send("a", "b");
  await until(() => asked.length === 2);
  await Promise.allSettled([first.worker.stop(), first.running]);

  rule.remove();
  let again = 0;
  const second = startWorker(async (message) => {
    await bills.handle(message);
    again++;
  });
  await until(() => again === 2);
  await second.worker.stop();
  await second.running;
  assert.deepEqual(asked, ["a", "b"]);
});

test("SIGTERM: the process does not wait for a retry that is not due, and the next one does it", async () => {
  const program = spawn(process.execPath, ["main.js"], {
    cwd: import.meta.dirname,
    env: { ...process.env, KAFKA_BROKERS: broker.bootstrapServers.join(), RETRY_AFTER_MS: "1000" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = once(program, "exit");
  await send("o-4", "o-1"); // o-4 is refused, as long as that process lives
  await until(async () => (await recordsOf("orders.retry")).length >= 1);
  program.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);

  const billed = new Set();
  const { worker, running } = startWorker(async ({ key }) => void billed.add(key.toString()));
  await until(() => billed.has("o-4"));
  await worker.stop();
  await running;
});

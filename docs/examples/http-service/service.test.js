import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { createService } from "./service.js";

let broker, kafka;
const services = [];

before(async () => {
  broker = await startBroker({ topics: ["orders"] });
  kafka = new Kafka({ brokers: broker.bootstrapServers });
});

after(async () => {
  await Promise.all(services.map((service) => new Promise((closed) => service.close(closed))));
  await kafka.close();
  await broker.close();
});

/** Starts the service in this process, and gives the address at which it takes orders. */
async function startService(deadlineMs) {
  const service = createService(kafka.producer(), { deadlineMs });
  services.push(service);
  await once(service.listen(0, "127.0.0.1"), "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (service.address());
  return `http://127.0.0.1:${port}/orders`;
}

function post(url, order) {
  return fetch(url, { method: "POST", body: typeof order === "string" ? order : JSON.stringify(order) });
}

async function idsInTheLog() {
  const records = await broker.log("orders", 0).records();
  return records.map(({ key }) => key.toString());
}

test("202 says where the order lies", async () => {
  const url = await startService(10_000);
  const response = await post(url, { id: "o-1", pears: 3 });
  assert.equal(response.status, 202);
  const place = { topic: "orders", partition: 0, baseOffset: "0", logStartOffset: "0" };
  assert.deepEqual(await response.json(), { id: "o-1", sent: [{ ...place, count: 1, indexes: [0] }] });
});

test("400 and 413 say what is wrong with the request, and nothing is sent", async () => {
  const url = await startService(10_000);
  const before = await idsInTheLog();
  assert.equal((await post(url, "{")).status, 400);
  assert.equal((await post(url, { pears: 3 })).status, 400);
  assert.equal((await post(url, { id: "x".repeat(100_000) })).status, 413);
  assert.deepEqual(await idsInTheLog(), before);
});

test("503 comes within the deadline when the cluster is away, and 202 when it is back", async () => {
  const url = await startService(300);
  await broker.stopNode(1);
  const asked = performance.now();
  const response = await post(url, { id: "o-2" });
  const waited = performance.now() - asked;
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "1");
  assert.ok(waited >= 290 && waited < 3_000, `answered after ${waited} ms`);
  await broker.startNode(1);
  let status;
  do ({ status } = await post(url, { id: "o-3" }));
  while (status === 503);
  assert.equal(status, 202);
});

test("SIGTERM: the request that is here gets its answer, and the process ends", async () => {
  const program = spawn(process.execPath, ["main.js"], {
    cwd: import.meta.dirname,
    env: { ...process.env, KAFKA_BROKERS: broker.bootstrapServers.join() },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(program, "exit");
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const { value: line } = await lines.next();

  // The answer of the broker comes late, so that the signal meets a request in flight.
  const rule = broker.intercept({ api: "Produce", clientId: "orders-api" }, (request) => request.delay(200));
  const arrived = broker.waitFor("request", ({ api, clientId }) => api === "Produce" && clientId === "orders-api");
  const posted = post(`${line.replace("listening on ", "")}/orders`, { id: "late" });
  await arrived;
  program.kill("SIGTERM");
  assert.equal((await posted).status, 202);
  assert.deepEqual(await ended, [0, null]);
  rule.remove();
  assert.ok((await idsInTheLog()).includes("late"));
});

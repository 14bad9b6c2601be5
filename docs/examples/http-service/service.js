// POST /orders with JSON: 202 when Kafka has the order, 503 when it did not get it in time.

import { createServer } from "node:http";
import { KafkaError } from "moldau";

const maxBodyBytes = 64 * 1024;

/** Makes the service. `deadlineMs` is how long a request may wait for Kafka; say less than whoever calls the service waits for it. */
export function createService(producer, { topic = "orders", deadlineMs = 2_000 } = {}) {
  const service = createServer((request, response) => void respond(request, response));
  return service;

  async function respond(request, response) {
    const { status, body, headers } = await handle(request).catch(answerTo);
    // A service that is stopping does not keep connections for further requests.
    if (!service.listening) response.setHeader("connection", "close");
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  }

  async function handle(request) {
    if (request.method !== "POST" || request.url !== "/orders") return { status: 404, body: { error: "POST /orders" } };
    const order = parse(await bodyOf(request));
    const sent = await producer.send({
      topic,
      messages: [{ key: order.id, value: JSON.stringify(order) }],
      timeoutMs: deadlineMs,
    });
    return { status: 202, body: { id: order.id, sent } };
  }
}

/** What went wrong, as an answer. Kafka that is away is no fault of the caller's: 503, and `written` says whether asking again may double the order. */
function answerTo(error) {
  if (error instanceof BadRequest) return { status: error.status, body: { error: error.message } };
  if (!(error instanceof KafkaError)) return { status: 500, body: { error: "The service has a fault." } };
  const { code, message, retriable, written } = error;
  const body = { error: message, code, written: written === false ? "no" : "maybe" };
  return retriable ? { status: 503, body, headers: { "retry-after": "1" } } : { status: 500, body };
}

class BadRequest extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function parse(text) {
  let order;
  try {
    order = JSON.parse(text);
  } catch (error) {
    throw new BadRequest(400, `The body is no JSON: ${error.message}`);
  }
  if (typeof order?.id !== "string") throw new BadRequest(400, "An order needs an id, as text.");
  return order;
}

async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new BadRequest(413, `An order takes ${maxBodyBytes} bytes at most.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

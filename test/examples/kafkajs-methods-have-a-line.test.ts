import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ErrorCode, Kafka } from "moldau";
import { startBroker } from "@moldau/reference-broker";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClientErrorCode } from "../../packages/connection-pool/src/errors.js";
import { fieldsOf } from "../support/declared-fields.js";
import { repository } from "../support/repository.js";
import { tableUnder } from "../support/tables-of-the-docs.js";

const guide = readFileSync(join(repository, "docs/guides/coming-from-kafkajs.md"), "utf8");
const declarations = readFileSync(
  join(createRequire(import.meta.url).resolve("kafkajs/package.json"), "../types/index.d.ts"),
  "utf8",
);

/** What stands before the dot in the guide's tables, by that name. */
const objects = new Map<string, object>();
const configs = { "message.timestamp.type": "LogAppendTime" };
const broker = await startBroker({ topics: [{ topic: "orders", configs }] });
const kafka = new Kafka({ brokers: broker.bootstrapServers });

beforeAll(async () => {
  const producer = kafka.producer();
  const [sent = {}] = await producer.send({ topic: "orders", messages: [{ value: "apples" }] });
  const consumer = kafka.consumer({ groupId: "g", topics: ["orders"], startFrom: "earliest" });
  for await (const batch of consumer.batches()) {
    const [message = {}] = batch;
    for (const [name, value] of Object.entries({ batch, message })) objects.set(name, value);
    break;
  }
  for (const [name, value] of Object.entries({ kafka, producer, sent, consumer, admin: kafka.admin() }))
    objects.set(name, value);
});

afterAll(async () => {
  await kafka.close();
  await broker.close();
});

interface Table {
  readonly heading: string;
  /** What kafkajs declares the names in. */
  readonly declared: readonly string[];
}

const tables: readonly Table[] = [
  { heading: "### Methods of Kafka", declared: membersOf(/export class Kafka \{/, /^ {2}(\w+)\(/gm) },
  { heading: "### Methods of the producer", declared: [...methodsOf("Producer"), ...membersOf(/type Sender = \{/)] },
  { heading: "### What send gives", declared: methodsOf("RecordMetadata") },
  { heading: "### Methods of the consumer", declared: methodsOf("Consumer") },
  { heading: "### What eachMessage gets", declared: methodsOf("EachMessagePayload") },
  { heading: "### What eachBatch gets", declared: methodsOf("EachBatchPayload") },
  { heading: "### A message", declared: fieldsOf(declarations, "MessageSetEntry") },
  { heading: "### A batch", declared: methodsOf("Batch") },
  { heading: "### Methods of the admin", declared: methodsOf("Admin") },
  { heading: "### Events of the consumer", declared: fieldsOf(declarations, "ConsumerEvents") },
  { heading: "### Events of the producer", declared: fieldsOf(declarations, "ProducerEvents") },
  { heading: "### Events of the admin", declared: fieldsOf(declarations, "AdminEvents") },
  {
    heading: "## Every error class",
    declared: [...declarations.matchAll(/export class (KafkaJS\w*Error\w*|KafkaJS\w+) /g)].map(([, name = ""]) => name),
  },
];

describe.each(tables)("$heading", ({ heading, declared }) => {
  const rows = tableUnder(guide, heading).map(([theirs = "", ours = ""]) => ({
    name: theirs.replaceAll("`", ""),
    ours,
  }));

  it("has a row for each name that kafkajs declares, and no other", () => {
    const names = new Set(declared);
    expect(names.size).toBeGreaterThan(2);
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...names].toSorted());
  });

  it.each(rows)("$name: $ours", ({ ours }) => {
    if (ours === "no counterpart") return;
    const [, code = ""] = /^`([^`]+)`$/.exec(ours) ?? [];
    expect(isThere(code, heading), code).toBe(true);
  });
});

/** Whether there is what the guide names: a method or field, an event, a channel, an error's code, or an export. */
function isThere(code: string, heading: string): boolean {
  const [owner = "", member] = code.replace("()", "").split(".");
  if (member !== undefined) return member in (objects.get(owner) ?? {});
  if (objects.has(owner)) return true;
  if (code.startsWith("moldau:")) return sources("connection-pool/src/diagnostics.ts").includes(`"${code}"`);
  const events = /Events of the (\w+)/.exec(heading)?.[1];
  if (events !== undefined) return fieldsOf(eventsOf(events), `${capital(events)}Events`).includes(code);
  const codes: readonly string[] = [...Object.keys(ErrorCode), ...Object.values(ClientErrorCode)];
  return codes.includes(code) || ["KafkaError", "SendError", "DecodeError", "cause", "error"].includes(code);
}

function eventsOf(owner: string): string {
  return sources(owner === "admin" ? "admin/src/admin-life.ts" : `${owner}/src/events.ts`);
}

function sources(path: string): string {
  return readFileSync(join(repository, "packages", path), "utf8");
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** Names of the methods and fields of a type or interface in kafkajs's declarations. */
function methodsOf(name: string): string[] {
  return membersOf(new RegExp(String.raw`(?:type|interface) ${name} = ?(?:Sender & )?\{|interface ${name} \{`));
}

/** Names of the members that stand at the first level below a beginning, up to the line that closes it. */
function membersOf(beginning: RegExp, member = /^ {2}(?:readonly )?(\w+)[(:?]/gm): string[] {
  const start = beginning.exec(declarations);
  if (start === null) throw new Error(`kafkajs declares nothing like ${beginning}`);
  const [body = ""] = declarations.slice(start.index).split("\n}");
  return [...body.matchAll(member)].map(([, name = ""]) => name).filter((name) => name !== "constructor");
}

// What the compared messages hold, in no library's form.

import { Buffer } from "node:buffer";

/** The client id in every request header. */
export const clientId = "bench";
/** The correlation id of every frame. */
export const correlationId = 42;

export const groupId = "group-of-the-orders";
export const memberId = "client-4b3b0a66-6d0b-4a5e-9f0c-7b8d2d0f0a11";
export const topicName = "orders";
export const topicUuid = "4209ef34-d5f9-4ee9-9477-0f77044a2f61";

/** As many things as wanted, each made from its place. */
export function list<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}

/** 100 topics of 12 partitions on three brokers. */
export const topics = list(100, (topic) => `topic-of-the-orders-${topic}`);

/** Whether an application's messages have keys: none and a value of 100 bytes, or a key of 10 bytes and a value of 90. */
export type Keys = "plain" | "keyed";

export const keys: readonly Keys[] = ["plain", "keyed"];

interface Message<T> {
  readonly key: T | null;
  readonly value: T;
}

/** An application's messages, as text. */
export const texts: Readonly<Record<Keys, readonly Message<string>[]>> = {
  plain: list(1_000, (index) => ({ key: null, value: sentence(index, 100) })),
  keyed: list(1_000, (index) => ({ key: flat(`key-${String(index).padStart(6, "0")}`), value: sentence(index, 90) })),
};

/** The same as Buffers. */
export const buffers: Readonly<Record<Keys, readonly Message<Buffer>[]>> = {
  plain: texts.plain.map(toBuffers),
  keyed: texts.keyed.map(toBuffers),
};

/** The protocols that a member of a group offers. */
export const protocols = list(2, (index) => ({
  name: index === 0 ? "range" : "roundrobin",
  metadata: Buffer.alloc(40, index),
}));

/** The members of a group, each with its subscription. */
export const members = list(50, (index) => ({ memberId: `${memberId}-${index}`, metadata: Buffer.alloc(200, index) }));

/** Offsets to commit. */
export const commits = list(3, (partition) => ({ partition, offset: 123_456_789n + BigInt(partition) }));

/** Positions to fetch from. */
export const positions = list(12, (partition) => ({ partition, offset: 123_456_789n + BigInt(partition) }));

function sentence(index: number, length: number): string {
  return flat(`value ${index} `.padEnd(length, "moldau flows from the Bohemian Forest to the Elbe. "));
}

function toBuffers({ key, value }: Message<string>): Message<Buffer> {
  return { key: key === null ? null : Buffer.from(key), value: Buffer.from(value) };
}

/** Written through a Buffer, the text is one piece of memory, as if it had just been received. */
function flat(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

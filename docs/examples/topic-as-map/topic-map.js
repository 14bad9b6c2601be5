// A compacted topic as a Map: filled up to the topic's end when it is opened, and following it from then on.

import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";

/**
 * The latest value of every key of a topic. A message without a value, a tombstone, deletes its key. Tells `change` with key and value, and
 * `error` when it cannot follow its topic any more: it is stale from then on.
 *
 * Each process has the whole topic, so each reads in a group of its own, which commits nothing and is gone with the process.
 */
export class TopicMap extends EventEmitter {
  #values = new Map();
  #consumer;
  #parse;

  /** Reads `topic` to its end, as of now, and goes on following it; then the map is there. `parse` makes a value of its bytes. */
  static async open(kafka, { topic, parse = (bytes) => JSON.parse(bytes.toString()) }) {
    const map = new TopicMap(kafka, topic, parse);
    try {
      await map.#load(await partsToRead(kafka, topic));
      return map;
    } catch (error) {
      await map.close();
      throw error;
    }
  }

  constructor(kafka, topic, parse) {
    super();
    const groupId = `map-of-${topic}-${randomUUID()}`;
    this.#consumer = kafka.consumer({ groupId, topics: [topic], startFrom: "earliest", autoCommit: false });
    this.#parse = parse;
  }

  get size() {
    return this.#values.size;
  }

  get(key) {
    return this.#values.get(key);
  }

  has(key) {
    return this.#values.has(key);
  }

  [Symbol.iterator]() {
    return this.#values.entries();
  }

  /** Follows the topic no longer; what the map holds stays. */
  async close() {
    await this.#consumer.close();
  }

  async #load(parts) {
    // The lag also moves where nothing is handed out: over what was compacted away, or aborted.
    const isLoaded = () => {
      const positions = new Map(this.#consumer.lag().map(({ partition, position }) => [partition, position]));
      return parts.every(({ partition, end }) => (positions.get(partition) ?? 0n) >= end);
    };
    const loaded = new EventEmitter();
    const look = () => setImmediate(() => isLoaded() && loaded.emit("done"));
    this.#consumer.on("lag", look);
    const following = this.#follow(look);
    await Promise.race([parts.length === 0 || once(loaded, "done"), following]);
    following.catch((error) => this.emit("error", error));
  }

  async #follow(afterBatch) {
    for await (const batch of this.#consumer.batches()) {
      for (const { key, value } of batch) this.#apply(key?.toString(), value);
      afterBatch();
    }
  }

  #apply(key, bytes) {
    if (key === undefined) return; // a compacted topic takes no message without a key
    const value = bytes === null ? undefined : this.#parse(bytes);
    if (bytes === null) this.#values.delete(key);
    else this.#values.set(key, value);
    this.emit("change", key, value);
  }
}

/** The partitions that hold anything, and where each ends at this moment. */
async function partsToRead(kafka, topic) {
  const admin = kafka.admin();
  const question = { topics: [topic], isolationLevel: "read_committed" };
  const [begins, ends] = await Promise.all([
    admin.listOffsets({ ...question, at: "earliest" }),
    admin.listOffsets({ ...question, at: "latest" }),
  ]);
  for (const { error } of [...begins, ...ends]) if (error !== undefined) throw error;
  return ends
    .map(({ partition, offset: end }, index) => ({ partition, begin: begins[index]?.offset, end }))
    .filter(({ begin, end }) => begin !== end);
}

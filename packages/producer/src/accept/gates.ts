import { asKafkaError, because, timedOut, waitFor, type Cluster, type TopicMetadata } from "@moldau/connection-pool";
import { DeadlineTimer } from "@moldau/connection-pool/internal";
import { KafkaError } from "@moldau/protocol-codec";
import PQueue from "p-queue";
import type { ProducerAnnouncer } from "../events.js";
import type { BufferMemory } from "../batch/buffer-memory.js";
import type { Partitioner } from "../partitioner/partitioner.js";
import type { CallPart } from "./call-part.js";
import { messageBytes, type EncodedMessage } from "./message.js";

/** What gates need. */
export interface GatesOptions {
  readonly cluster: Pick<Cluster, "clock" | "refreshTopics" | "topic">;
  readonly memory: BufferMemory;
  readonly announcer: ProducerAnnouncer;
  readonly allowAutoTopicCreation: boolean;
  readonly maxBlockMs: number;
  readonly partitioner: Partitioner | undefined;
  /** Takes a call's messages that have their partitions. */
  readonly enter: (part: CallPart) => void;
}

/** Gives a call's messages once its serializers have answered. */
export type Load = () => Promise<readonly EncodedMessage[]>;

/** The gate of one topic: calls pass it one after the other. */
interface Gate {
  readonly turns: PQueue;
  /** Until when the call whose turn it is asks for the topic, in monotonic milliseconds; undefined while none asks. */
  askingUntil: number | undefined;
  /** Why the topic could not be had last. */
  failure: KafkaError | undefined;
}

/** A call at a gate. */
interface Waiting {
  readonly part: CallPart;
  readonly gate: Gate;
  readonly load: Load | undefined;
  readonly until: number;
  /** Fires when nothing of the call waits any more. */
  readonly over: AbortController;
  stage: "in line" | "serializing" | "asking";
  /** Bytes counted for its messages, while serializers make them. */
  bytes: number;
}

/** What a message is taken to have while its serializer has not answered. */
const assumedBytes = 256;

/**
 * Where calls wait whose topic is not known, or whose serializers are asynchronous: one after the other for each topic, so that they stay
 * in order. Nobody waits longer than its call may, so what hangs holds up those behind it only as long.
 */
export class Gates {
  readonly #options: GatesOptions;
  readonly #gates = new Map<string, Gate>();
  readonly #waiting = new Set<Waiting>();
  readonly #patience: DeadlineTimer;

  constructor(options: GatesOptions) {
    this.#options = options;
    this.#patience = new DeadlineTimer(options.cluster.clock, (now) => this.#expire(now));
  }

  /** Whether calls wait for a topic, so that later ones have to queue behind them. */
  isBusy(topic: string): boolean {
    return this.#gates.has(topic);
  }

  /** Lets a call wait for its turn, and then for its messages and its topic. */
  wait(part: CallPart, load?: Load): void {
    const { name } = part.topic;
    const gate = this.#gates.get(name) ?? newGate();
    this.#gates.set(name, gate);
    const until = part.startedAt + Math.min(this.#options.maxBlockMs, part.lane.timeoutMs);
    const waiting: Waiting = { part, gate, load, until, over: new AbortController(), stage: "in line", bytes: 0 };
    this.#waiting.add(waiting);
    this.#patience.expect(until);
    if (load !== undefined) this.#count(waiting, part.count * assumedBytes);
    part.whenDone(() => waiting.over.abort());
    // A turn never fails: what goes wrong is the call's.
    void gate.turns
      .add(() => this.#pass(waiting))
      .finally(() => {
        if (gate.turns.size + gate.turns.pending === 0) this.#gates.delete(name);
      });
  }

  /** Refuses everybody. `reason` makes the error, of why the topic could not be had last. */
  close(reason: (cause: KafkaError | undefined) => KafkaError): void {
    this.#patience.cancel();
    for (const { part, gate } of [...this.#waiting]) part.refuse(reason(gate.failure));
  }

  /** One call's turn. */
  async #pass(waiting: Waiting): Promise<void> {
    const { part } = waiting;
    if (!part.isDone) await this.#load(waiting);
    if (!part.isDone) await this.#place(waiting);
    this.#waiting.delete(waiting);
    this.#count(waiting, 0);
    if (!part.isDone) this.#options.enter(part);
  }

  async #load(waiting: Waiting): Promise<void> {
    const { part, load, over } = waiting;
    if (load === undefined) return;
    waiting.stage = "serializing";
    const { clock } = this.#options.cluster;
    try {
      const messages = await waitFor(load(), { clock, signal: over.signal, late: () => this.#late(waiting) });
      part.load(messages);
      this.#count(
        waiting,
        messages.reduce((sum, message) => sum + messageBytes(message), 0),
      );
    } catch (error) {
      part.abort(asKafkaError(error));
    }
  }

  async #place(waiting: Waiting): Promise<void> {
    const { part, gate, until } = waiting;
    const { cluster, partitioner } = this.#options;
    waiting.stage = "asking";
    gate.askingUntil = until;
    try {
      try {
        part.place(await this.#topic(waiting), partitioner);
      } catch (error) {
        // It may only be that the topic has more partitions than were known.
        if (!(error instanceof KafkaError) || error.refreshMetadata !== true || part.metadata === undefined)
          throw error;
        await cluster.refreshTopics([part.topic.name]);
        part.place(await this.#topic(waiting), partitioner);
      }
    } catch (error) {
      part.refuse(asKafkaError(error));
    }
    gate.askingUntil = undefined;
  }

  async #topic({ part, gate, until, over: { signal } }: Waiting): Promise<TopicMetadata> {
    const { cluster, announcer, allowAutoTopicCreation: allowAutoCreate } = this.#options;
    const { name } = part.topic;
    const now = cluster.clock.monotonic();
    const timeoutMs = Math.max(0, until - now);
    // Those in front have had the same time for the same question.
    if (timeoutMs === 0 && gate.failure !== undefined) throw gate.failure;
    const retrying = ({ error, delayMs }: { readonly error: KafkaError; readonly delayMs: number }): void => {
      gate.failure = error;
      announcer.tell("waiting", (client) => ({ ...client, topic: name, error, delayMs }));
    };
    try {
      const waitedMs = now - part.startedAt;
      return await cluster.topic(name, { signal, timeoutMs, waitedMs, allowAutoCreate, retrying });
    } catch (error) {
      if (!part.isDone) gate.failure = asKafkaError(error);
      throw error;
    }
  }

  #expire(now: number): number | undefined {
    let next = Infinity;
    for (const waiting of [...this.#waiting]) {
      const { part, gate, until, stage } = waiting;
      // Who asks for the topic is told in time why there is none, and so are those behind it.
      if (part.isDone || stage === "asking" || (gate.askingUntil ?? Infinity) <= until) continue;
      if (until <= now) part.refuse(this.#late(waiting));
      else next = Math.min(next, until);
    }
    return next === Infinity ? undefined : next;
  }

  #late({ part, gate, stage, until }: Waiting): KafkaError {
    const { name } = part.topic;
    const what = stage === "serializing" ? "a serializer has not answered" : "earlier calls still wait for the topic";
    const message = `Nothing was sent to topic ${JSON.stringify(name)} within ${until - part.startedAt} ms, since ${what}`;
    return timedOut(because(message, gate.failure), { topic: name, cause: gate.failure, written: false });
  }

  #count(waiting: Waiting, bytes: number): void {
    const { memory } = this.#options;
    const before = waiting.bytes;
    waiting.bytes = bytes;
    if (bytes > before) memory.reserve(bytes - before);
    else memory.release(before - bytes);
  }
}

function newGate(): Gate {
  return { turns: new PQueue({ concurrency: 1 }), askingUntil: undefined, failure: undefined };
}

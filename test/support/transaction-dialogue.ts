import {
  AddPartitionsToTxn,
  DescribeTransactions,
  EndTxn,
  FindCoordinator,
  Heartbeat,
  InitProducerId,
  Produce,
  writeBatch,
  Uuid,
  type ResponseOf,
} from "@moldau/protocol-codec";
import { pause } from "./group-dialogue.js";
import type { MarkerControl } from "./marker-gate.js";
import { ProtocolDialogue } from "./protocol-dialogue.js";
import { TransactionAnswers } from "./transaction-answers.js";

/** What a producer was last given by the coordinator: it is sent with everything that it does. */
export interface Identity {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** A batch to write. */
export interface Writing {
  /** Default `log`. */
  readonly topic?: string;
  /** Default 0. */
  readonly partition?: number;
  /** Version of Produce. Default 11, the newest that adds no partition to a transaction by itself. */
  readonly version?: number;
  /** Number of records. Default 1. */
  readonly count?: number;
  /** Sequence of the first record. Default: what follows upon what was written before. */
  readonly sequence?: number;
  /** Transactional id of the request. Default: the producer's. */
  readonly transactionalId?: string | null;
  /** Whether the batch says that it belongs to a transaction. Default true. */
  readonly isTransactional?: boolean;
}

/** Whom a dialogue is held with. */
export interface TransactionalBroker {
  /** `host:port`. */
  readonly bootstrapServers: string;
  /** The level of `transaction.version` that its cluster has finalised. */
  readonly transactionVersion: number;
  readonly markers: MarkerControl;
}

/** No answer yet for a reason that passes: nobody coordinates, the state is being loaded, the end before is not over. */
const passing: ReadonlySet<number> = new Set([14, 15, 16, 51]);

const time = Date.now() - 60_000;

/** Asks until there is something, for 20 s at most. */
async function eventually<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(10);
  }
  throw new Error(`waited for 20 s in vain: ${what}`);
}

/** A talk with a transaction coordinator, its groups and partitions, under one `transaction.version`. */
export class TransactionDialogue extends ProtocolDialogue {
  readonly transactionVersion: number;
  readonly #name: string;
  readonly #markers: MarkerControl;
  readonly #topicIds = new Map<string, Uuid>();
  readonly #sequences = new Map<string, number>();

  private constructor(name: string, { bootstrapServers, transactionVersion, markers }: TransactionalBroker) {
    super(bootstrapServers, new TransactionAnswers(`${name}: `));
    this.#name = name;
    this.#markers = markers;
    this.transactionVersion = transactionVersion;
  }

  /** Begins a talk of a name once the coordinators are there. */
  static async open(name: string, broker: TransactionalBroker): Promise<TransactionDialogue> {
    const talk = new TransactionDialogue(name, broker);
    await talk.#coordinated();
    return talk;
  }

  /** A transactional id, or the id of a group, that is this talk's own. */
  id(name: string): string {
    return `${this.#name}: ${name}`;
  }

  /**
   * The newest versions that are asked for. Without the newer protocol those of it are left out: nobody uses them then, and Apache Kafka does
   * not recover from whoever does, since it cannot write down in its older records what it has promised already.
   */
  get newest(): { readonly produce: number; readonly endTxn: number; readonly txnOffsetCommit: number } {
    return this.transactionVersion === 0
      ? { produce: 11, endTxn: 4, txnOffsetCommit: 4 }
      : { produce: 13, endTxn: 5, txnOffsetCommit: 5 };
  }

  override async topic(name: string, options: Parameters<ProtocolDialogue["topic"]>[1] = {}): Promise<Uuid> {
    const id = await super.topic(name, options);
    this.#topicIds.set(name, id);
    return id;
  }

  /** The id of a topic of this talk; one that no topic has for an unknown name. */
  topicId(name: string): Uuid {
    return this.#topicIds.get(name) ?? Uuid.parse("AAAAAAAAAAAAAAAAAAAA_w");
  }

  /** Has a producer come up, whatever it was before; nothing is written down. */
  async producer(name: string, transactionTimeoutMs = 60_000): Promise<Identity> {
    const transactionalId = this.id(name);
    return this.#insisting(async () => {
      const answer = await this.quietly(InitProducerId, 4, { transactionalId, transactionTimeoutMs });
      const { errorCode, producerId, producerEpoch } = answer;
      return { errorCode, result: { transactionalId, producerId, producerEpoch } };
    });
  }

  /** Adds partitions to a transaction as clients do before KIP-890's second part; nothing is written down. */
  async added(who: Identity, partitions: readonly number[] = [0], topic = "log"): Promise<void> {
    await this.#insisting(async () => {
      const answer = await this.quietly(AddPartitionsToTxn, 3, addingForClients(who, [{ name: topic, partitions }]));
      const codes = answer.resultsByTopicV3AndBelow.flatMap(({ resultsByPartition }) =>
        resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode),
      );
      return { errorCode: codes.find((code) => code !== 0) ?? 0, result: who };
    });
  }

  /** Writes a batch, and has the answer recorded. */
  async write(what: string, who: Identity, writing: Writing = {}): Promise<void> {
    const { version = 11 } = writing;
    this.#follow(who, writing, await this.ask(what, Produce, version, this.#produceBody(who, writing)));
  }

  /** Adds a partition to a transaction and writes a batch to it; nothing is written down. */
  async wrote(who: Identity, writing: Writing = {}): Promise<void> {
    await this.added(who, [writing.partition ?? 0], writing.topic);
    const answer = await this.quietly(Produce, writing.version ?? 11, this.#produceBody(who, writing));
    const errorCode = answer.responses[0]?.partitionResponses[0]?.errorCode;
    if (errorCode !== 0) throw new Error(`nothing was written: ${errorCode}`);
    this.#follow(who, writing, answer);
  }

  /** Asks for the end of a transaction, has the answer recorded, and waits for the end. Gives what the producer is after it. */
  async end(what: string, who: Identity, how: "commit" | "abort", version = 4): Promise<Identity> {
    const answer = await this.ask(`${how}: ${what}`, EndTxn, version, { ...who, committed: how === "commit" });
    await this.decided(who.transactionalId);
    return renewed(who, answer);
  }

  /** Ends a transaction; nothing is written down. */
  async ended(who: Identity, how: "commit" | "abort", version = 4): Promise<Identity> {
    const next = await this.#insisting(async () => {
      const answer = await this.quietly(EndTxn, version, { ...who, committed: how === "commit" });
      return { errorCode: answer.errorCode, result: renewed(who, answer) };
    });
    await this.decided(who.transactionalId);
    return next;
  }

  /** Waits until a transaction is not about to end any more: every partition has its marker. */
  async decided(transactionalId: string): Promise<void> {
    await this.#untilState(transactionalId, (state) => !state.startsWith("Prepare"));
  }

  /** Waits until the coordinator tells of a state. */
  async reached(transactionalId: string, wanted: string): Promise<void> {
    await this.#untilState(transactionalId, (state) => state === wanted);
  }

  /** Keeps markers from being written: from now on no transaction comes to its end. */
  hold(): void {
    this.#markers.hold();
  }

  /** Has the markers that were held written, and waits until the transactions are over. */
  async release(...producers: readonly Identity[]): Promise<void> {
    this.#markers.release();
    for (const { transactionalId } of producers) await this.decided(transactionalId);
  }

  #produceBody(who: Identity, writing: Writing) {
    const { topic = "log", partition = 0, version = 11, count = 1, isTransactional = true } = writing;
    const { sequence = this.#sequences.get(place(who, writing)) ?? 0, transactionalId = who.transactionalId } = writing;
    const { producerId, producerEpoch } = who;
    const records = writeBatch(
      { producerId, producerEpoch, baseSequence: sequence, isTransactional },
      Array.from({ length: count }, (_, index) => ({ key: "k", value: `${index}`, timestamp: time })),
    );
    const named = version >= 13 ? { topicId: this.topicId(topic) } : { name: topic };
    const partitionData = [{ index: partition, records }];
    return { transactionalId, acks: -1, timeoutMs: 5000, topicData: [{ ...named, partitionData }] };
  }

  #follow(who: Identity, writing: Writing, answer: ResponseOf<typeof Produce> | undefined): void {
    if (answer?.responses[0]?.partitionResponses[0]?.errorCode !== 0) return;
    const { sequence = this.#sequences.get(place(who, writing)) ?? 0, count = 1 } = writing;
    this.#sequences.set(place(who, writing), sequence + count);
  }

  async #untilState(transactionalId: string, isWanted: (state: string) => boolean): Promise<void> {
    let state = "";
    await eventually(`${transactionalId} is in another state`, async () => {
      const { transactionStates } = await this.quietly(DescribeTransactions, 0, {
        transactionalIds: [transactionalId],
      });
      state = transactionStates[0]?.transactionState ?? "";
      return isWanted(state) || undefined;
    }).catch((error: unknown) => {
      throw new Error(`it stays in ${state}`, { cause: error });
    });
  }

  #insisting<Result>(ask: () => Promise<{ readonly errorCode: number; readonly result: Result }>): Promise<Result> {
    return eventually(`${this.#name}: an answer`, async () => {
      const { errorCode, result } = await ask();
      if (errorCode !== 0 && !passing.has(errorCode)) throw new Error(`${this.#name}: refused with ${errorCode}`);
      return errorCode === 0 ? result : undefined;
    });
  }

  /** Whichever partition of a coordinator's topic an id belongs to, it is led and loaded after this. */
  async #coordinated(): Promise<void> {
    const probes = Array.from({ length: 100 }, (_, index) => `probe ${index}`);
    await eventually("the coordinators come up", async () => {
      await this.quietly(FindCoordinator, 3, { key: "probe", keyType: 1 });
      const { transactionStates } = await this.quietly(DescribeTransactions, 0, { transactionalIds: probes });
      const isThere = !transactionStates.some(({ errorCode }) => passing.has(errorCode));
      return (isThere && (await this.#groupsAreThere()) && (await this.#idsAreThere())) || undefined;
    });
  }

  /** A coordinator gets producer ids from its controller, a thousand at once, when it is first asked for one. */
  async #idsAreThere(): Promise<boolean> {
    const anybody = { transactionalId: null, transactionTimeoutMs: 1000 };
    return (await this.quietly(InitProducerId, 4, anybody)).errorCode === 0;
  }

  async #groupsAreThere(): Promise<boolean> {
    const groupId = this.id("group");
    await this.quietly(FindCoordinator, 3, { key: groupId, keyType: 0 });
    const { errorCode } = await this.quietly(Heartbeat, 0, { groupId, generationId: 0, memberId: "nobody" });
    return !passing.has(errorCode);
  }
}

/** A request of AddPartitionsToTxn in the versions for clients. */
export function addingForClients(who: Identity, topics: readonly { name: string; partitions: readonly number[] }[]) {
  return {
    v3AndBelowTransactionalId: who.transactionalId,
    v3AndBelowProducerId: who.producerId,
    v3AndBelowProducerEpoch: who.producerEpoch,
    v3AndBelowTopics: topics,
  };
}

function renewed(who: Identity, answer: ResponseOf<typeof EndTxn> | undefined): Identity {
  if (answer === undefined || answer.errorCode !== 0 || answer.producerId < 0n) return who;
  return { ...who, producerId: answer.producerId, producerEpoch: answer.producerEpoch };
}

function place({ producerId, producerEpoch }: Identity, { topic = "log", partition = 0 }: Writing): string {
  return `${producerId}/${producerEpoch}: ${topic}-${partition}`;
}

import { connectionClosed, type RequestOptions } from "@moldau/connection-pool";
import {
  readBatches,
  Uuid,
  type Produce,
  type ProduceRequest,
  type ProduceResponse,
  type ProduceResponsePartition,
} from "@moldau/protocol-codec";
import { turns } from "moldau-testing";
import type { ProduceConnection } from "../src/index.js";
import type { FakeCluster } from "./fake-cluster.js";

/** One partition in a request, as a test sees it. */
export interface SentPartition {
  readonly topic: string;
  readonly partition: number;
  readonly records: Buffer;
  readonly values: readonly string[];
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

/** A Produce request on its way; the test decides what becomes of it. */
export class FakeRequest {
  readonly node: number;
  readonly acks: number;
  readonly version: number;
  readonly transactionalId: string | null;
  readonly partitions: readonly SentPartition[];
  isSettled = false;
  readonly #cluster: FakeCluster;
  readonly #connection: FakeConnection;
  readonly #resolve: (response: ProduceResponse) => void;
  readonly #reject: (error: Error) => void;
  readonly #body: ProduceRequest;
  #applied: Map<SentPartition, Partial<ProduceResponsePartition>> | undefined;

  constructor(
    cluster: FakeCluster,
    connection: FakeConnection,
    body: ProduceRequest & { readonly version: number },
    settle: { resolve(response: ProduceResponse): void; reject(error: Error): void },
  ) {
    this.#cluster = cluster;
    this.#connection = connection;
    this.node = connection.node;
    this.acks = body.acks;
    this.version = body.version;
    this.transactionalId = body.transactionalId;
    this.#body = body;
    this.#resolve = settle.resolve;
    this.#reject = settle.reject;
    this.partitions = body.topicData.flatMap((topic) =>
      topic.partitionData.map(({ index, records }) =>
        sentPartition(this.#nameOf(topic), index, records ?? Buffer.alloc(0)),
      ),
    );
  }

  /** The values of its only partition. */
  get values(): readonly string[] {
    return this.partitions.flatMap(({ values }) => values);
  }

  /** Writes to the log, without an answer yet. */
  apply(): this {
    this.#applied ??= new Map(this.partitions.map((one) => [one, this.#cluster.append(this.node, one)]));
    return this;
  }

  /** Writes to the log and answers. */
  async succeed(): Promise<void> {
    this.apply();
    await this.answer((one) => this.#applied?.get(one) ?? {});
  }

  /** Answers what the function says for each partition. */
  async answer(each: (partition: SentPartition) => Partial<ProduceResponsePartition>): Promise<void> {
    this.isSettled = true;
    this.#resolve(
      withDefaults({
        responses: this.#body.topicData.map((asked) => ({
          name: this.#nameOf(asked),
          topicId: asked.topicId ?? Uuid.zero,
          partitionResponses: asked.partitionData.map(({ index }) => {
            const one = this.partitions.find(
              ({ topic, partition }) => topic === this.#nameOf(asked) && partition === index,
            )!;
            return { index, errorCode: 0, baseOffset: -1n, ...each(one) };
          }),
        })),
      }),
    );
    await turns();
  }

  /** Answers with one error for every partition, having written nothing. */
  refuse(errorCode: number, more: Partial<ProduceResponsePartition> = {}): Promise<void> {
    return this.answer(() => ({ errorCode, ...more }));
  }

  /** The connection ends, and with it every request on it. */
  async disconnect(): Promise<void> {
    this.#connection.end();
    await turns();
  }

  /** Before version 13 topics go by their names. */
  #nameOf({ name, topicId }: { readonly name?: string; readonly topicId?: Uuid }): string {
    return name === undefined || name === "" ? this.#cluster.nameOf(topicId ?? Uuid.zero) : name;
  }

  /** Only for the connection: no answer will come. */
  fail(error: Error): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#reject(error);
  }
}

/** A connection whose requests wait for the test. */
export class FakeConnection implements ProduceConnection {
  readonly node: number;
  isOpen = true;
  readonly #cluster: FakeCluster;
  readonly requests: FakeRequest[] = [];

  constructor(cluster: FakeCluster, node: number) {
    this.#cluster = cluster;
    this.node = node;
  }

  versionOf(_api: typeof Produce, { max = 13 }: { readonly max?: number } = {}): number {
    return Math.min(max, 13);
  }

  request(
    _api: typeof Produce,
    version: number,
    body: ProduceRequest,
    { onWritten }: RequestOptions = {},
  ): Promise<ProduceResponse> {
    return new Promise((resolve, reject) => {
      const request = new FakeRequest(this.#cluster, this, { ...body, version }, { resolve, reject });
      this.requests.push(request);
      this.#cluster.arrived(request);
      if (this.#cluster.keepsBuffers) this.#cluster.heldBuffers.push(onWritten ?? (() => undefined));
      else onWritten?.();
    });
  }

  async send(api: typeof Produce, version: number, body: ProduceRequest, options: RequestOptions = {}): Promise<void> {
    if (!this.isOpen) throw connectionClosed("closed", { written: false });
    this.request(api, version, body, options).catch(() => undefined);
  }

  end(): void {
    this.isOpen = false;
    for (const request of this.requests)
      request.fail(connectionClosed("The connection was closed.", { written: true }));
  }
}

function sentPartition(topic: string, partition: number, records: Buffer): SentPartition {
  // The bytes are kept as they were when they were sent: a later rewrite must not change what is on the wire.
  const copy = Buffer.from(records);
  const [batch] = [...readBatches(copy)];
  const values: string[] = [];
  if (batch) for (const cursor = batch.open(); cursor.next();) values.push(String(cursor.value));
  return {
    topic,
    partition,
    records: copy,
    values,
    producerEpoch: batch?.producerEpoch ?? -1,
    baseSequence: batch?.baseSequence ?? -1,
  };
}

function withDefaults(response: object): ProduceResponse {
  const { responses } = response as {
    responses: { name: string; topicId: Uuid; partitionResponses: Partial<ProduceResponsePartition>[] }[];
  };
  return {
    throttleTimeMs: 0,
    nodeEndpoints: [],
    responses: responses.map(({ name, topicId, partitionResponses }) => ({
      name,
      topicId,
      partitionResponses: partitionResponses.map((one) => ({
        index: 0,
        errorCode: 0,
        baseOffset: -1n,
        logAppendTimeMs: -1n,
        logStartOffset: -1n,
        recordErrors: [],
        errorMessage: null,
        currentLeader: { leaderId: -1, leaderEpoch: -1 },
        ...one,
      })),
    })),
  };
}

import {
  CreateTopics,
  DeleteTopics,
  DescribeConfigs,
  ListOffsets,
  Metadata,
  type Api,
  type Fields,
  type StructIn,
  type StructOut,
  type Uuid,
} from "@moldau/protocol-codec";
import { ComparableAnswers } from "./comparable-answers.js";
import type { Line } from "./group-dialogue.js";
import { pause } from "./group-dialogue.js";
import { RawConnection } from "./raw-connection.js";

const timeoutMs = 10_000;

/**
 * A talk of a raw client with a broker, written down in lines that are the same for every run and every broker that behaves the same: topic
 * ids are named, record sets are told by their batches, lists that have no order are sorted.
 */
export class ProtocolDialogue {
  readonly lines: Line[] = [];
  /** So many bytes that mean nothing follow the last field of every request. */
  bytesBehind = 0;
  readonly #address: string;
  readonly #answers: ComparableAnswers;
  #connection: RawConnection | undefined;

  constructor(address: string, answers: ComparableAnswers = new ComparableAnswers()) {
    this.#address = address;
    this.#answers = answers;
  }

  /** Asks, writes the answer down, and gives it; undefined when the broker closed the connection instead of answering. */
  async ask<Req extends Fields, Res extends Fields>(
    what: string,
    api: Api<Req, Res>,
    version: number,
    body: StructIn<Req>,
  ): Promise<StructOut<Res> | undefined> {
    const answer = await this.#answer(api, version, body);
    this.lines.push({
      asked: `${api.name} ${version}: ${what}`,
      answer: answer === undefined ? "closed" : this.#answers.plain(answer),
    });
    return answer;
  }

  /** Asks without writing anything down. */
  async quietly<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    version: number,
    body: StructIn<Req>,
  ): Promise<StructOut<Res>> {
    const answer = await this.#answer(api, version, body);
    if (answer === undefined) throw new Error(`${api.name} ${version} was not answered`);
    return answer;
  }

  /** Sends a request that has no answer, and writes down what becomes of the connection. */
  async tell<Req extends Fields, Res extends Fields>(
    what: string,
    api: Api<Req, Res>,
    version: number,
    body: StructIn<Req>,
  ): Promise<void> {
    const connection = await this.#open();
    const answer = connection.request(api, version, body).then(
      () => "answered",
      () => "closed",
    );
    const outcome = await Promise.race([answer, pause(300).then(() => "silence")]);
    this.lines.push({ asked: `${api.name} ${version}: ${what}`, answer: outcome });
    connection.close();
    await answer;
    this.#connection = undefined;
  }

  /** Writes down something that the dialogue found out by itself. */
  note(what: string, answer: unknown): void {
    this.lines.push({ asked: what, answer: this.#answers.plain(answer) });
  }

  /** Makes a topic, waits until every partition has a leader, and gives its id. */
  async topic(
    name: string,
    options: { partitions?: number; configs?: Readonly<Record<string, string>> } = {},
  ): Promise<Uuid> {
    const configs = Object.entries(options.configs ?? {}).map(([key, value]) => ({ name: key, value }));
    await this.quietly(CreateTopics, 7, {
      topics: [{ name, numPartitions: options.partitions ?? 1, replicationFactor: 1, assignments: [], configs }],
      timeoutMs,
    });
    return this.settled(name);
  }

  /** Waits until every partition of a topic is led, and its leader knows of it; gives the topic's id. */
  async settled(name: string): Promise<Uuid> {
    for (;;) {
      const { topics } = await this.quietly(Metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false });
      const [topic] = topics;
      if (topic?.errorCode === 0 && (await this.#isServed(name, topic.partitions.length))) {
        this.#answers.nameTopic(topic.topicId, name);
        return topic.topicId;
      }
      await pause(20);
    }
  }

  async #isServed(name: string, partitions: number): Promise<boolean> {
    const wanted = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1n }));
    const { topics } = await this.quietly(ListOffsets, 5, { replicaId: -1, topics: [{ name, partitions: wanted }] });
    return topics.every((topic) => topic.partitions.every(({ errorCode }) => errorCode === 0));
  }

  /** Waits until a topic's setting has a value: other brokers take a change over a moment after it was answered. */
  async settledConfig(name: string, key: string, value: string): Promise<void> {
    for (;;) {
      const { results } = await this.quietly(DescribeConfigs, 4, {
        resources: [{ resourceType: 2, resourceName: name, configurationKeys: [key] }],
      });
      if (results[0]?.configs[0]?.value === value) return;
      await pause(20);
    }
  }

  /** Deletes every topic, so that the next talk finds none. */
  async tidy(): Promise<void> {
    for (;;) {
      const { topics } = await this.quietly(Metadata, 12, { topics: null });
      const names = topics.flatMap(({ name, isInternal }) => (name === null || isInternal ? [] : [name]));
      if (names.length === 0) return;
      await this.quietly(DeleteTopics, 5, { topicNames: names, timeoutMs });
      await pause(20);
    }
  }

  /** Begins a new connection for what follows. */
  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #open(): Promise<RawConnection> {
    this.#connection ??= await RawConnection.open(this.#address, "dialogue");
    return this.#connection;
  }

  async #answer<Req extends Fields, Res extends Fields>(
    api: Api<Req, Res>,
    version: number,
    body: StructIn<Req>,
  ): Promise<StructOut<Res> | undefined> {
    const connection = await this.#open();
    try {
      return await connection.request(api, version, body, { behind: this.bytesBehind });
    } catch (error) {
      if (!/was closed/.test(String(error))) throw error;
      this.close();
      return undefined;
    }
  }
}

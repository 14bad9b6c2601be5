import { ErrorCode, KafkaError, kafkaError, Metadata, type MetadataResponse, type Uuid } from "@moldau/protocol-codec";
import { isAddress, type Address } from "../addresses.js";
import type { ResolvedClusterOptions } from "./cluster-options.js";
import type { ConnectionReports } from "../connection/connection-reports.js";
import type { ClientName } from "../diagnostics.js";
import { brokerError, protocolViolation } from "../errors.js";
import { MetadataCache, type TopicMetadata } from "./metadata.js";
import { MetadataRefresh, type MetadataQuestion } from "./metadata-refresh.js";
import type { ConnectionPool } from "./pool.js";
import type { OperationOptions, Requester } from "./requester.js";
import { attempt, gaveUp } from "../attempts/attempt.js";
import type { SharedContext } from "../attempts/shared-work.js";

/** How to ask for a topic. */
export interface TopicOptions extends OperationOptions {
  /** Whether the broker may create the topic when it does not exist; only brokers configured for it do. Default false. */
  readonly allowAutoCreate?: boolean | undefined;
  /** How long the caller has waited before this call, in milliseconds: the error says how long it was in all. Default 0. */
  readonly waitedMs?: number | undefined;
}

/** What the topics need of the cluster. */
export interface TopicsOptions {
  readonly requester: Requester;
  readonly pool: ConnectionPool;
  readonly options: ResolvedClusterOptions;
  readonly client: ClientName;
  readonly reports: Pick<ConnectionReports, "metadataFailed">;
  /** Called after every update with the names it was about. */
  readonly updated: (topics: readonly string[]) => void;
}

/** The topics and brokers of a cluster, as far as somebody asked for them: read when needed, again when stale, never on a timer. */
export class Topics {
  readonly #requester: Requester;
  readonly #pool: ConnectionPool;
  readonly #options: ResolvedClusterOptions;
  readonly #client: ClientName;
  readonly #reports: Pick<ConnectionReports, "metadataFailed">;
  readonly #updated: (topics: readonly string[]) => void;
  readonly #cache = new MetadataCache();
  readonly #refresh: MetadataRefresh;
  #controllerId = -1;
  #clusterId: string | null = null;

  constructor({ requester, pool, options, client, reports, updated }: TopicsOptions) {
    this.#requester = requester;
    this.#pool = pool;
    this.#options = options;
    this.#client = client;
    this.#reports = reports;
    this.#updated = updated;
    this.#refresh = new MetadataRefresh({
      ...options,
      closing: requester.closing,
      ask: (question, context) => this.#ask(question, context),
      isUrgent: (name) => !this.#cache.hasHeardOf(name),
    });
  }

  /** Node id of the controller, or of a broker that passes requests on to it; -1 when nothing is known. */
  get controllerId(): number {
    return this.#controllerId;
  }

  /** The cluster's id; null when nothing is known. */
  get clusterId(): string | null {
    return this.#clusterId;
  }

  /** What is known of a topic, however old; when it is too old, a refresh begins behind the caller's back. */
  cached(name: string): TopicMetadata | undefined {
    const topic = this.#cache.topic(name);
    if (topic && this.#isOld(name)) this.#refreshInBackground(name);
    return topic;
  }

  /** The name of the topic with this id, when it is one that was asked for. */
  nameOf(topicId: Uuid): string | undefined {
    return this.#cache.nameOf(topicId);
  }

  /** Gives a topic, asking for it until the broker knows it. @throws {KafkaError} what the broker says when it is final or the time is over. */
  async get(name: string, options: TopicOptions): Promise<TopicMetadata> {
    const { timeoutMs = this.#options.requestTimeoutMs, waitedMs = 0, signal } = options;
    const { clock } = this.#options;
    const deadline = clock.monotonic() + timeoutMs;
    const what = `The topic "${name}" was not found within ${Math.round(waitedMs + timeoutMs)} ms`;
    return attempt(
      async (last) => {
        const known = this.cached(name);
        if (known) return known;
        // Who asks soon after others may have no answer of his own in time: what they were told is better than none.
        const told = last ?? (this.#cache.hasHeardOf(name) ? this.#unknown(name) : undefined);
        await this.#refresh.refresh([name], { ...options, timeoutMs: deadline - clock.monotonic(), what, last: told });
        return this.#cache.topic(name) ?? refuse(this.#unknown(name));
      },
      {
        pace: this.#options,
        signals: [signal, this.#requester.closing],
        deadline,
        retrying: options.retrying,
        late: (last) => gaveUp(what, last),
      },
    );
  }

  /**
   * Asks again for topics, or only for the brokers when there are none; asks for the same that come together become one.
   *
   * @throws {KafkaError} when no broker answered in time, or one of them refused; CLIENT_ABORTED, CLIENT_CLOSED.
   */
  refresh(names: Iterable<string>, options: OperationOptions = {}): Promise<void> {
    const { timeoutMs = this.#options.requestTimeoutMs } = options;
    const what = `No broker told of the cluster within ${timeoutMs} ms`;
    return this.#refresh.refresh(names, { ...options, timeoutMs, what });
  }

  /** Takes a newer leader that an error answer named (KIP-951). */
  hintLeader(name: string, partition: number, hint: { readonly leader: number; readonly leaderEpoch: number }): void {
    if (this.#cache.hintLeader(name, partition, hint)) this.#updated([name]);
  }

  /**
   * Asks all brokers for the cluster, so that a wrong address shows at once; again and again only with a `timeoutMs`.
   *
   * @throws {KafkaError} when none answers, saying what each had to say.
   */
  async connect(options: OperationOptions): Promise<void> {
    const { timeoutMs, signal } = options;
    if (timeoutMs !== undefined) return this.refresh([], options);
    const response = await this.#requester.once(Metadata, metadataRequest([], false), { signal });
    this.#apply(response, []);
  }

  #unknown(name: string): KafkaError {
    return unknownTopic(name, this.#cache.errorOf(name));
  }

  #isOld(name: string): boolean {
    const updatedAt = this.#cache.updatedAt(name);
    return updatedAt !== undefined && this.#options.clock.monotonic() - updatedAt > this.#options.metadataMaxAgeMs;
  }

  #refreshInBackground(name: string): void {
    if (this.#refresh.isPending(name)) return;
    const timeoutMs = this.#options.requestTimeoutMs;
    const what = `Nothing new was heard of the topic "${name}" within ${timeoutMs} ms`;
    this.#refresh.refresh([name], { what, timeoutMs, background: true }).catch((error: unknown) => {
      // What is known stays in use, and the next caller tries again: nobody waits for this, so nobody can be told but subscribers and the log.
      this.#reports.metadataFailed({
        ...this.#client,
        owner: "client",
        purpose: "general",
        topics: [name],
        error: error instanceof Error ? error : new Error(String(error)),
      });
    });
  }

  async #ask({ topics }: MetadataQuestion, context: SharedContext): Promise<boolean> {
    const names = [...topics.keys()];
    const creatable = names.filter((name) => topics.get(name) === true);
    const others = names.filter((name) => topics.get(name) !== true);
    // One flag holds for a whole request, so topics that must not be created are asked for apart.
    const news = creatable.length > 0 && (await this.#askFor(creatable, true, context));
    const othersToo = creatable.length > 0 && others.length === 0 ? false : await this.#askFor(others, false, context);
    return news || othersToo;
  }

  async #askFor(names: readonly string[], allowAutoCreate: boolean, context: SharedContext): Promise<boolean> {
    let asked = 0;
    const body = metadataRequest(names, allowAutoCreate);
    const response = await this.#requester.request(Metadata, (version) => body((asked = version)), {
      ...context,
      timeoutMs: Infinity,
    });
    return this.#apply(asked < reliableEpochsFrom ? withoutEpochs(response) : response, names);
  }

  #apply(response: MetadataResponse, asked: readonly string[]): boolean {
    const facts = { apiKey: Metadata.key, apiName: Metadata.name };
    const mustRebootstrap = response.errorCode === ErrorCode.REBOOTSTRAP_REQUIRED;
    if (mustRebootstrap) this.#pool.forgetBrokers();
    if (response.errorCode !== 0)
      throw kafkaError(response.errorCode, mustRebootstrap ? { ...facts, retriable: true } : facts);
    response.brokers.forEach(checkAddress);
    // A broker that is only starting may know no broker at all; what is known already is better.
    if (response.brokers.length > 0) this.#pool.setBrokers(response.brokers);
    this.#controllerId = response.controllerId;
    this.#clusterId = response.clusterId;
    const now = this.#options.clock.monotonic();
    const { topics, changed } = this.#cache.apply(response, { asked, now });
    this.#cache.forgetOlderThan(now - forgottenAfterAges * this.#options.metadataMaxAgeMs);
    this.#updated(topics);
    return changed;
  }
}

/** What there is to say when the broker gives no topic of this name: its own reason, and what usually helps. */
function unknownTopic(name: string, errorCode: number): KafkaError {
  const facts = { topic: name, apiKey: Metadata.key, apiName: Metadata.name };
  const known = brokerError(errorCode || ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, facts);
  if (known.errorCode !== ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) return known;
  const message = `${known.message} Create it first, or let the broker do so (auto.create.topics.enable).`;
  const { code, errorCode: number, retriable, refreshMetadata = false } = known;
  return new KafkaError(code, message, { ...facts, errorCode: number, retriable, refreshMetadata });
}

function refuse(error: KafkaError): never {
  throw error;
}

/** Brokers before Apache Kafka 2.4 lose count of the leaders of a partition whose replicas are being moved. */
const reliableEpochsFrom = 9;

function withoutEpochs(response: MetadataResponse): MetadataResponse {
  const topics = response.topics.map((topic) => ({
    ...topic,
    partitions: topic.partitions.map((partition) => ({ ...partition, leaderEpoch: -1 })),
  }));
  return { ...response, topics };
}

// A topic in use is refreshed once in every age; one that has not been for several is in use no more (KIP-526).
const forgottenAfterAges = 4;

function metadataRequest(
  names: readonly string[],
  allowAutoTopicCreation: boolean,
): (version: number) => { topics: readonly { name: string }[]; allowAutoTopicCreation?: boolean } {
  const topics = names.map((name) => ({ name }));
  return (version) => (version >= 4 ? { topics, allowAutoTopicCreation } : { topics });
}

function checkAddress({ host, port }: Address, index: number): void {
  const path = `MetadataResponse: brokers[${index}]`;
  if (!isAddress({ host, port })) {
    throw protocolViolation(`${path}: ${JSON.stringify(host)}, port ${port}, is no address`, { path });
  }
}

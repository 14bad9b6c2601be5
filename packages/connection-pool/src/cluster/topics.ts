import { ErrorCode, KafkaError, kafkaError, Metadata, type MetadataResponse, type Uuid } from "@moldau/protocol-codec";
import { isAddress, type Address } from "../addresses.js";
import type { ResolvedClusterOptions } from "./cluster-options.js";
import { metadataErrorChannel, type MetadataErrorEvent } from "../diagnostics.js";
import { because, ClientErrorCode, protocolViolation } from "../errors.js";
import { MetadataCache, type TopicMetadata } from "./metadata.js";
import { MetadataRefresh, type MetadataQuestion } from "./metadata-refresh.js";
import type { ConnectionPool } from "./pool.js";
import type { OperationOptions, Requester } from "./requester.js";
import { attempt, type FailedAttempt } from "../attempts/attempt.js";
import { waitFor } from "../attempts/wait.js";

/** How to ask for a topic. */
export interface TopicOptions extends OperationOptions {
  /** Whether the broker may create the topic when it does not exist; only brokers configured for it do. Default false. */
  readonly allowAutoCreate?: boolean | undefined;
}

/** What the topics need of the cluster. */
export interface TopicsOptions {
  readonly requester: Requester;
  readonly pool: ConnectionPool;
  readonly options: ResolvedClusterOptions;
  /** Called after every update with the names it was about. */
  readonly updated: (topics: readonly string[]) => void;
}

/** The topics and brokers of a cluster, as far as somebody asked for them: read when needed, again when stale, never on a timer. */
export class Topics {
  readonly #requester: Requester;
  readonly #pool: ConnectionPool;
  readonly #options: ResolvedClusterOptions;
  readonly #updated: (topics: readonly string[]) => void;
  readonly #cache = new MetadataCache();
  readonly #refresh: MetadataRefresh;
  #controllerId = -1;
  #clusterId: string | null = null;

  constructor({ requester, pool, options, updated }: TopicsOptions) {
    this.#requester = requester;
    this.#pool = pool;
    this.#options = options;
    this.#updated = updated;
    this.#refresh = new MetadataRefresh({
      ...options,
      closing: requester.closing,
      ask: (question, retrying) => this.#ask(question, retrying),
      isUrgent: (names) => pool.brokers.length === 0 || [...names].some((name) => !this.#cache.hasHeardOf(name)),
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
  get(name: string, options: TopicOptions): Promise<TopicMetadata> {
    const { signal, timeoutMs = this.#options.requestTimeoutMs, allowAutoCreate = false } = options;
    const { clock } = this.#options;
    const deadline = clock.monotonic() + timeoutMs;
    const late = (last: KafkaError | undefined): KafkaError => {
      const cause = this.#refresh.lastFailure ?? last;
      const message = because(`Nothing was heard of the topic "${name}" within ${timeoutMs} ms`, cause);
      const number = cause?.errorCode === undefined ? {} : { errorCode: cause.errorCode };
      const code = cause?.code ?? ClientErrorCode.REQUEST_TIMEOUT;
      return new KafkaError(code, message, { topic: name, retriable: true, cause, ...number });
    };
    const ask = async (last: KafkaError | undefined): Promise<TopicMetadata> => {
      const known = this.cached(name);
      if (known) return known;
      const refreshed = this.#refresh.refresh([name], { allowAutoCreate });
      const timeLeft = deadline - clock.monotonic();
      await waitFor(refreshed, { clock, signal, timeoutMs: timeLeft, late: () => late(last) });
      const found = this.#cache.topic(name);
      if (found) return found;
      throw unknownTopic(name, this.#cache.errorOf(name));
    };
    return attempt(ask, { pace: this.#options, signals: [signal, this.#requester.closing], deadline });
  }

  /** Asks again for topics, or only for the brokers when there are none; asks for the same that come together become one. */
  refresh(names: Iterable<string>): Promise<void> {
    return this.#refresh.refresh(names);
  }

  /** Takes a newer leader that an error answer named (KIP-951). */
  hintLeader(name: string, partition: number, hint: { readonly leader: number; readonly leaderEpoch: number }): void {
    if (this.#cache.hintLeader(name, partition, hint)) this.#updated([name]);
  }

  /** Asks all brokers once for the cluster, so that a wrong address shows at once. @throws {KafkaError} when none answers. */
  async connect(options: OperationOptions): Promise<void> {
    const response = await this.#requester.once(Metadata, metadataRequest([], false), options);
    this.#apply(response, []);
  }

  #isOld(name: string): boolean {
    const updatedAt = this.#cache.updatedAt(name);
    return updatedAt !== undefined && this.#options.clock.monotonic() - updatedAt > this.#options.metadataMaxAgeMs;
  }

  #refreshInBackground(name: string): void {
    if (this.#refresh.isPending(name)) return;
    this.#refresh.refresh([name]).catch((error: unknown) => {
      // What is known stays in use, and the next caller tries again: nobody waits for this, so nobody can be told but subscribers.
      const event = {
        topics: [name],
        error: error instanceof Error ? error : new Error(String(error)),
      } satisfies MetadataErrorEvent;
      if (metadataErrorChannel.hasSubscribers) metadataErrorChannel.publish(event);
    });
  }

  async #ask({ topics }: MetadataQuestion, retrying: Retrying): Promise<boolean> {
    const names = [...topics.keys()];
    const creatable = names.filter((name) => topics.get(name) === true);
    const others = names.filter((name) => topics.get(name) !== true);
    // One flag holds for a whole request, so topics that must not be created are asked for apart.
    const news = creatable.length > 0 && (await this.#askFor(creatable, true, retrying));
    const othersToo = creatable.length > 0 && others.length === 0 ? false : await this.#askFor(others, false, retrying);
    return news || othersToo;
  }

  async #askFor(names: readonly string[], allowAutoCreate: boolean, retrying: Retrying): Promise<boolean> {
    const body = metadataRequest(names, allowAutoCreate);
    const response = await this.#requester.request(Metadata, body, { retrying });
    return this.#apply(response, names);
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

type Retrying = (failed: FailedAttempt) => void;

/** What there is to say when the broker gives no topic of this name: its own reason, and what usually helps. */
function unknownTopic(name: string, errorCode: number): KafkaError {
  const facts = { topic: name, apiKey: Metadata.key, apiName: Metadata.name };
  const known = kafkaError(errorCode || ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, facts);
  const { code, retriable, message } = known;
  const advice =
    known.errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      ? " Create it first, or let the broker do so (auto.create.topics.enable)."
      : "";
  return new KafkaError(code, `${message} It was asked about the topic "${name}".${advice}`, {
    ...facts,
    retriable,
    refreshMetadata: known.refreshMetadata ?? false,
    ...(known.errorCode === undefined ? {} : { errorCode: known.errorCode }),
  });
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

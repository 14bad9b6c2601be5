import { Uuid } from "@moldau/protocol-codec";
import type { TopicDescriber } from "./assignors/assignor.js";
import { topicHash } from "./metadata-hash.js";

/** What is asked of the cluster's topics. */
export interface CatalogueSource {
  topic(name: string): CataloguedTopic | undefined;
  topicById(id: Uuid): { readonly name: string } | undefined;
  topics(): Iterable<{ readonly name: string }>;
  broker(nodeId: number): { readonly rack: string | null } | undefined;
}

/** A topic of the cluster. */
export interface CataloguedTopic {
  readonly id: Uuid;
  readonly name: string;
  readonly partitions: readonly { readonly replicas: readonly number[] }[];
}

/**
 * The cluster's topics as groups of the consumer protocol see them: by name and id, with partitions, racks and a hash of each, by which
 * a group notices that one of its topics is another than before.
 */
export class TopicCatalogue implements TopicDescriber {
  readonly #source: CatalogueSource;
  readonly #hashes = new Map<string, bigint>();
  #version = 0n;
  #lastNewTopics = 0n;

  constructor(source: CatalogueSource) {
    this.#source = source;
  }

  /** How far the cluster's metadata has come. */
  get version(): bigint {
    return this.#version;
  }

  /** How far it had come when topics were made the last time. */
  get lastNewTopics(): bigint {
    return this.#lastNewTopics;
  }

  /** Topics were made, changed or removed. */
  changed(topics: Iterable<string>, { version, anyNew }: { readonly version: bigint; readonly anyNew: boolean }): void {
    for (const name of topics) this.#hashes.delete(name);
    this.#version = version;
    if (anyNew) this.#lastNewTopics = version;
  }

  /** The names of all topics. */
  *names(): Iterable<string> {
    for (const { name } of this.#source.topics()) yield name;
  }

  /** The id of a topic as text, or undefined when there is no such topic. */
  idOf(name: string): string | undefined {
    return this.#source.topic(name)?.id.toString();
  }

  /** The name of a topic, or undefined when there is none of that id. */
  nameOf(id: Uuid): string | undefined {
    return this.#source.topicById(id)?.name;
  }

  /** A hash over everything of a topic that matters to an assignment; undefined when there is no such topic. */
  hashOf(name: string): bigint | undefined {
    const known = this.#hashes.get(name);
    if (known !== undefined) return known;
    const topic = this.#source.topic(name);
    if (topic === undefined) return undefined;
    const hash = topicHash(topic, (partition) => this.#racks(topic, partition));
    this.#hashes.set(name, hash);
    return hash;
  }

  partitionCount(topicId: string): number {
    return this.#byId(topicId)?.partitions.length ?? -1;
  }

  racksOf(topicId: string, partition: number): ReadonlySet<string> {
    const topic = this.#byId(topicId);
    return new Set(topic === undefined ? [] : this.#racks(topic, partition));
  }

  #byId(topicId: string): CataloguedTopic | undefined {
    const name = this.nameOf(Uuid.parse(topicId));
    return name === undefined ? undefined : this.#source.topic(name);
  }

  /** The rack of each replica that has one, as often as there are replicas in it. */
  #racks({ partitions }: CataloguedTopic, partition: number): readonly string[] {
    const replicas = partitions[partition]?.replicas ?? [];
    return replicas.flatMap((nodeId) => this.#source.broker(nodeId)?.rack ?? []);
  }
}

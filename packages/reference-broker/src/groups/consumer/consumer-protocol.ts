import { Uuid } from "@moldau/protocol-codec";
import type { Clock } from "@moldau/platform";
import type { GroupConfigs } from "../group-configs.js";
import type { GroupSettings } from "../settings.js";
import { serverAssignors } from "./assignors/all.js";
import type { ServerAssignor } from "./assignors/assignor.js";
import type { ConsumerGroupsHost } from "./consumer-groups.js";
import { TopicCatalogue, type CatalogueSource } from "./topic-catalogue.js";

/** What the consumer protocol of a broker is made of. */
export interface ConsumerProtocolOptions {
  readonly settings: GroupSettings;
  /** What may be another for each group. */
  readonly configs: GroupConfigs;
  readonly cluster: CatalogueSource;
  readonly clock: Clock;
  /** Numbers from 0 (included) to 1 (excluded); ids of members are made of them. */
  readonly random: () => number;
}

/** What all groups of the consumer protocol of a broker have in common: its topics, its assignors, its settings. */
export class ConsumerProtocol implements Pick<ConsumerGroupsHost, "newMemberId" | "rules"> {
  /** The cluster's topics as this broker knows them. */
  readonly topics: TopicCatalogue;
  /** By name, the default one first. */
  readonly assignors: ReadonlyMap<string, ServerAssignor>;
  readonly #options: ConsumerProtocolOptions;

  constructor(options: ConsumerProtocolOptions) {
    this.#options = options;
    this.topics = new TopicCatalogue(options.cluster);
    const { assignors } = options.settings.consumer;
    const known = assignors.flatMap((name) => serverAssignors.find((each) => each.name === name) ?? []);
    this.assignors = new Map(known.map((assignor) => [assignor.name, assignor]));
  }

  rules(groupId: string): ReturnType<ConsumerGroupsHost["rules"]> {
    const { settings, configs, clock } = this.#options;
    const { consumer, maxSize: classicMaxSize } = settings;
    return {
      nowMs: clock.now(),
      topics: this.topics,
      assignors: this.assignors,
      maxSize: consumer.maxSize,
      classicMaxSize,
      patternRefreshIntervalMs: consumer.patternRefreshMs,
      migration: consumer.migration,
      ...configs.consumer(groupId),
    };
  }

  newMemberId(): string {
    const { random } = this.#options;
    return Uuid.random(() => Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256))).toString();
  }
}

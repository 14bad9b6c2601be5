import type { Clock } from "@moldau/platform";
import type { BrokerEvents } from "../events.js";
import type { CatalogueSource } from "./consumer/topic-catalogue.js";
import type { GroupConfigs } from "./group-configs.js";
import type { GroupConfig } from "./settings.js";

/** What a group coordinator is made of. */
export interface GroupCoordinatorOptions {
  readonly nodeId: number;
  readonly config: GroupConfig;
  /** What single groups are configured with. */
  readonly groupConfigs: GroupConfigs;
  readonly cluster: GroupTopics;
  readonly clock: Clock;
  /** Numbers from 0 (included) to 1 (excluded); member ids are made of them. */
  readonly random: () => number;
  /** Whom to tell what happens to groups. Default: nobody. */
  readonly events?: BrokerEvents | undefined;
  /** Hears of failures that no request waits for: a log that cannot be replayed, an expiry that could not be written. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What the coordinator asks the cluster's metadata about topics. */
export type GroupTopics = CatalogueSource;

/** Who sends a request. */
export interface Caller {
  readonly apiVersion: number;
  readonly clientId: string | null;
  /** As Kafka prints it: `/127.0.0.1`. */
  readonly clientHost: string;
}

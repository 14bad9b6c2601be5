import type { BrokerConfig } from "../cluster/broker-config.js";
import { groupConfigNumber } from "../cluster/group-settings.js";
import { configResource, type ClusterState } from "../cluster/state.js";

/** What one group of the consumer protocol is run with. */
export interface ConsumerGroupConfig {
  /** A member that sends no heartbeat for so long is removed. */
  readonly sessionTimeoutMs: number;
  /** How often members are told to send one. */
  readonly heartbeatIntervalMs: number;
  /** The target assignment is worked out anew no more often than that. */
  readonly assignmentIntervalMs: number;
}

/**
 * What single groups are configured with (resources of the type GROUP), with the broker's `group.consumer.*` for what was not set. Asked
 * anew each time: what is changed holds from the next heartbeat on.
 */
export class GroupConfigs {
  readonly #broker: BrokerConfig;
  readonly #cluster: Pick<ClusterState, "configs">;

  constructor(broker: BrokerConfig, cluster: Pick<ClusterState, "configs">) {
    this.#broker = broker;
    this.#cluster = cluster;
  }

  /** For a group of the consumer protocol; it need not exist. */
  consumer(groupId: string): ConsumerGroupConfig {
    const set = this.#cluster.configs(configResource.group, groupId);
    const number = (key: string): number => groupConfigNumber(`consumer.${key}`, set, this.#broker);
    return {
      sessionTimeoutMs: number("session.timeout.ms"),
      heartbeatIntervalMs: number("heartbeat.interval.ms"),
      assignmentIntervalMs: number("assignment.interval.ms"),
    };
  }
}

import type { TlsOptions } from "node:tls";
import type { Acceptor, Clock } from "@moldau/platform";
import type { SaslOptions } from "./security/users.js";

/** How a broker, or a cluster of them, is started. Everything may be left out. */
export interface BrokerOptions {
  /** How many brokers, with node ids from 1 on; or each of them by itself. Default 1. */
  readonly brokers?: number | readonly NodeOptions[];
  /** The address to listen on. Default `127.0.0.1`: only this machine gets in. */
  readonly host?: string;
  /** The port of the first broker; each further one takes the next. Default 0: any free ones. */
  readonly port?: number;
  /** The host name that clients are told. Default: `host`; to be given when that is a wildcard such as `0.0.0.0`. */
  readonly advertisedHost?: string;
  /** Encrypts connections, with Node's options of a TLS server: `key` and `cert`, with `ca` and `requestCert` for client certificates. Default: not encrypted. */
  readonly tls?: TlsOptions;
  /** Makes clients log in. Default: nobody has to. */
  readonly sasl?: SaslOptions;
  /** Several addresses for each broker, each with its own port, encryption and login; in place of `port`, `tls` and `sasl`. Default: one, of these. */
  readonly listeners?: readonly ListenerOptions[];
  /** Where to keep the data, in Apache Kafka's layout. Default: in memory. Several brokers get a folder each, named after the node id. */
  readonly dataDir?: string;
  /** Topics to create unless they exist. A name alone makes one with the defaults. Default: none. */
  readonly topics?: readonly (string | TopicOptions)[];
  /** Broker settings by Kafka's names, such as `{ "num.partitions": 6 }`. Defaults are Apache Kafka's, except for `group.initial.rebalance.delay.ms`, which is 0. */
  readonly configs?: Readonly<Record<string, string | number | boolean>>;
  /**
   * Levels of Kafka's features. `transaction.version` is about transactions: 0 as in Kafka 2, 1 as in Kafka 4 with clients of before, 2 with an
   * epoch for each transaction (KIP-890). `group.version` is about groups: 0 with classic ones only, 1 with those of the consumer protocol
   * (KIP-848) too. Default: the highest in a new cluster, and what it was in a data directory that is there.
   */
  readonly features?: FeatureOptions;
  /** How clients come in, for a network of one's own. Default: TCP, and TLS over it. */
  readonly acceptor?: Acceptor;
  /** Time for everything that waits or stamps. Default: the machine's clock. */
  readonly clock?: Clock;
  /** Makes ids, placement and member names the same in every run. Default: the machine's chance. */
  readonly seed?: number;
}

/** Levels of Kafka's features, as `kafka-features` sets them. */
export interface FeatureOptions {
  readonly "group.version"?: 0 | 1;
  readonly "transaction.version"?: 0 | 1 | 2;
}

/** One of several brokers. */
export interface NodeOptions {
  /** From 0 on, unlike the others'. */
  readonly nodeId: number;
  /** Default: the cluster's `port` plus the position in the list, or any free one. */
  readonly port?: number;
  /** Which rack (or zone) it stands in, as clients are told. Default: none. */
  readonly rack?: string;
}

/** One address of each broker. */
export interface ListenerOptions {
  /** Kafka's name of it. Default: what it does, such as `PLAINTEXT` or `SASL_SSL`. */
  readonly name?: string;
  /** Default: the cluster's `host`. */
  readonly host?: string;
  /** The port of the first broker; each further one takes the next. Default 0: any free ones. */
  readonly port?: number;
  /** The host name that clients are told. Default: the cluster's `advertisedHost`, else this listener's `host`. */
  readonly advertisedHost?: string;
  /** Encrypts connections, with Node's options of a TLS server. Default: not encrypted. */
  readonly tls?: TlsOptions;
  /** Makes clients log in. Default: nobody has to. */
  readonly sasl?: SaslOptions;
}

/** A topic to create at the start. */
export interface TopicOptions {
  readonly topic: string;
  /** Default: the setting `num.partitions`. */
  readonly partitions?: number;
  /** Topic settings by Kafka's names, such as `{ "cleanup.policy": "compact" }`. Default: none; what is not set is as the broker's settings say. */
  readonly configs?: Readonly<Record<string, string | number | boolean>>;
}

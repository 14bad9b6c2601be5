import { abortable, asKafkaError, attempt, type CoordinatorClient } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import type { ClusterView } from "../cluster-view.js";
import type { LeaveOptions, MemberIdentity, Membership, MembershipHost, Reconciliation } from "./membership.js";
import { meansClassic } from "./next-generation/refusals.js";

/** What a membership that finds out its protocol is made of. */
export interface AutomaticInit {
  readonly cluster: ClusterView;
  readonly coordinator: Pick<CoordinatorClient, "featureLevel">;
  readonly host: MembershipHost;
  /** Makes the membership that speaks a protocol. */
  readonly make: (protocol: "classic" | "consumer", host: MembershipHost) => Membership;
}

/** The feature by which a cluster says that it has groups of the next generation, and from which level on. */
const feature = "group.version";
const featureFrom = 1;

/**
 * A member under the next-generation protocol where the cluster has it, and under the classic one elsewhere.
 *
 *   nothing known ──start──▶ asking ──the feature's level──▶ next generation ──refused before it ever was in the group──▶ classic
 *        ▲                     │                             or classic, for good
 *        └───leave, failed─────┘
 */
export class AutomaticMembership implements Membership {
  readonly #init: AutomaticInit;
  /** Resolves when the member has been in the group once, so that the protocol stays. */
  readonly #settled: Promise<void>;
  #settle: () => void = () => undefined;
  #chosen: Membership | undefined;
  #asking: AbortController | undefined;

  constructor(init: AutomaticInit) {
    this.#init = init;
    this.#settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get identity(): MemberIdentity | undefined {
    return this.#chosen?.identity;
  }

  async nextIdentity(former: MemberIdentity | undefined, signal: AbortSignal): Promise<MemberIdentity> {
    await abortable(this.#settled, signal);
    return this.#chosen?.nextIdentity(former, signal) ?? this.nextIdentity(former, signal);
  }

  start(): void {
    if (this.#chosen !== undefined) return this.#chosen.start();
    if (this.#asking !== undefined) return;
    const asking = new AbortController();
    this.#asking = asking;
    void this.#ask(asking);
  }

  rejoin(): void {
    this.#chosen?.rejoin();
  }

  enforceRebalance(reason: string): void {
    this.#chosen?.enforceRebalance(reason);
  }

  async leave(reason: string, options: LeaveOptions): Promise<void> {
    this.#asking?.abort();
    this.#asking = undefined;
    await this.#chosen?.leave(reason, options);
  }

  observe(error: KafkaError, identity: MemberIdentity): void {
    this.#chosen?.observe(error, identity);
  }

  metadataChanged(): void {
    this.#chosen?.metadataChanged();
  }

  /** Never rejects. */
  async #ask(asking: AbortController): Promise<void> {
    const { coordinator, cluster, host } = this.#init;
    const { signal } = asking;
    try {
      const level = await attempt(() => coordinator.featureLevel(feature, { purpose: "group", signal }), {
        pace: cluster.options,
        signals: [signal],
        retrying: (failed) => host.retrying({ operation: "join", ...failed }),
      });
      if (!signal.aborted) this.#choose(level >= featureFrom ? "consumer" : "classic");
    } catch (error) {
      if (!signal.aborted) host.failed(asKafkaError(error));
    }
    if (this.#asking === asking) this.#asking = undefined;
  }

  #choose(protocol: "classic" | "consumer"): void {
    const { make, host } = this.#init;
    this.#chosen = protocol === "classic" ? make(protocol, host) : make(protocol, this.#hostOnTrial());
    if (protocol === "classic") this.#settle();
    this.#chosen.start();
  }

  /** The host of a member that may yet turn out to be in the wrong protocol. */
  #hostOnTrial(): MembershipHost {
    const { host } = this.#init;
    let isSettled = false;
    return {
      topics: () => host.topics(),
      pattern: () => host.pattern(),
      isClosing: () => host.isClosing(),
      interrupt: (error) => host.interrupt(error),
      givenUp: (error) => host.givenUp(error),
      retrying: (notice) => host.retrying(notice),
      reconcile: (change: Reconciliation, signal) => {
        isSettled ||= change.round !== undefined;
        if (isSettled) this.#settle();
        return host.reconcile(change, signal);
      },
      failed: (error) => {
        if (isSettled || !meansClassic(error)) return host.failed(error);
        host.retrying({ operation: "join", error, delayMs: 0 });
        this.#choose("classic");
      },
    };
  }
}

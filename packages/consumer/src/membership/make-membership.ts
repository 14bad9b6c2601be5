import type { ClusterAccess, CoordinatorClient } from "@moldau/connection-pool";
import type { ResolvedConsumerOptions } from "../options.js";
import { AutomaticMembership } from "./automatic.js";
import { ClassicMembership } from "./classic.js";
import type { Membership, MembershipHost } from "./membership.js";
import { NextGenerationMembership } from "./next-generation/next-generation.js";
import type { Turns } from "./stand-in/stand-in.js";

/** What a membership is made of, whatever protocol it speaks. */
export interface MembershipInit {
  readonly cluster: ClusterAccess;
  readonly coordinator: CoordinatorClient;
  readonly options: ResolvedConsumerOptions;
  readonly host: MembershipHost;
  /** Those of a worker that heartbeats while this thread is blocked; undefined: there is none. */
  readonly turns: Turns | undefined;
}

/** Makes the membership that the consumer's option `protocol` asks for: the one place that knows which there are. */
export function makeMembership(init: MembershipInit): Membership {
  const { protocol } = init.options;
  if (protocol !== "auto") return membershipOf(protocol, init);
  return new AutomaticMembership({ ...init, make: (found, host) => membershipOf(found, { ...init, host }) });
}

function membershipOf(protocol: "classic" | "consumer", init: MembershipInit): Membership {
  switch (protocol) {
    case "classic":
      return new ClassicMembership(init);
    case "consumer":
      return new NextGenerationMembership(init);
  }
}

import type { Membership } from "../src/membership/membership.js";
import { Standing } from "../src/membership/standing.js";

/** A member of the group "billing" that stands in one round until it is told that it ended. */
export interface StandingMember {
  readonly membership: Membership;
  readonly endRound: () => void;
  /** The member stands in another round. */
  readonly beginRound: () => void;
}

/** Makes a member that nothing else happens to but what `more` says. */
export function standingMember(more: Partial<Pick<Membership, "observe">> = {}): StandingMember {
  const standing = new Standing("billing");
  let generationId = 3;
  const beginRound = (): void =>
    standing.begin({ memberId: "m", generationId: generationId++, groupInstanceId: "static" });
  beginRound();
  return {
    membership: {
      get identity() {
        return standing.identity;
      },
      nextIdentity: (former, signal) => standing.next(former, signal),
      observe: () => undefined,
      start: () => undefined,
      rejoin: () => undefined,
      enforceRebalance: () => undefined,
      leave: () => Promise.resolve(),
      metadataChanged: () => undefined,
      ...more,
    },
    endRound: () => standing.end(),
    beginRound,
  };
}

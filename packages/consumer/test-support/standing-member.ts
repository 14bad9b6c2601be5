import { roundEnded } from "../src/errors.js";
import type { MemberIdentity, Membership } from "../src/membership/membership.js";

/** A member of the group "billing" that stands in one round until it is told that it ended. */
export interface StandingMember {
  readonly membership: Membership;
  readonly endRound: () => void;
  /** The member stands in another round. */
  readonly beginRound: () => void;
}

/** Makes a member that nothing else happens to. */
export function standingMember(): StandingMember {
  let end = new AbortController();
  let generationId = 3;
  const stand = (): MemberIdentity => ({ memberId: "m", generationId, groupInstanceId: "static", ended: end.signal });
  let identity: MemberIdentity | undefined = stand();
  return {
    membership: {
      get identity() {
        return identity;
      },
      observe: () => undefined,
      start: () => undefined,
      rejoin: () => undefined,
      leave: () => Promise.resolve(),
      metadataChanged: () => undefined,
    },
    endRound: () => {
      identity = undefined;
      end.abort(roundEnded("billing"));
    },
    beginRound: () => {
      end = new AbortController();
      generationId++;
      identity = stand();
    },
  };
}

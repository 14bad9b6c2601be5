import { asKafkaError, linkSignals, timedOut, waitFor, type Clock, type GroupMetadata } from "@moldau/connection-pool";
import { ErrorCode, type KafkaError } from "@moldau/protocol-codec";
import type { OffsetsToSend } from "./offsets-to-send.js";

/** How long the member's next identity is waited for, and what ends that. */
export interface UnderMemberBounds {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signals: readonly (AbortSignal | undefined)[];
}

/** What the coordinator says to an identity that it knows no more: the group has had another round meanwhile. */
const outOfDate: ReadonlySet<number | undefined> = new Set([
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.STALE_MEMBER_EPOCH,
]);

/**
 * Asks for offsets to be committed as the member that the consumer is by now. When the coordinator has moved on to another round, asks again as soon as
 * the member has its part in that, as long as it keeps the partitions.
 *
 * @throws {KafkaError} what `ask` throws; the coordinator's refusal when the member is no other in time, or has given up the partitions.
 */
export async function underMember(
  { group, member, ownershipEnded }: Pick<OffsetsToSend, "group" | "member" | "ownershipEnded">,
  { clock, timeoutMs, signals }: UnderMemberBounds,
  ask: (group: GroupMetadata) => Promise<void>,
): Promise<void> {
  if (member === undefined) return ask(group);
  const over = new AbortController();
  const { signal, unlink } = linkSignals(over.signal, ownershipEnded, ...signals);
  const deadline = clock.monotonic() + timeoutMs;
  let refused: { readonly as: GroupMetadata; readonly error: KafkaError } | undefined;
  const next = async (): Promise<GroupMetadata> => {
    const timeLeftMs = Math.max(0, deadline - clock.monotonic());
    const late = (): KafkaError =>
      timedOut(`The member of group "${group.groupId}" had no round of it in time.`, group);
    try {
      return await waitFor(member(refused?.as, signal), { clock, signal, timeoutMs: timeLeftMs, late });
    } catch {
      if (refused !== undefined) throw refused.error;
      // The coordinator is to say itself what the member that it was is worth by now.
      return group;
    }
  };
  try {
    for (;;) {
      const as = await next();
      try {
        return await ask(as);
      } catch (thrown) {
        const error = asKafkaError(thrown);
        if (!outOfDate.has(error.errorCode)) throw error;
        refused = { as, error };
      }
    }
  } finally {
    over.abort();
    unlink();
  }
}

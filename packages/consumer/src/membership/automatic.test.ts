import { connectionClosed } from "@moldau/connection-pool";
import { ErrorCode, kafkaError, KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { ScriptedCoordinator } from "../../test-support/scripted-coordinator.js";
import { standingMember } from "../../test-support/standing-member.js";
import { AutomaticMembership } from "./automatic.js";
import type { MembershipHost } from "./membership.js";

interface Bench {
  readonly script: ScriptedCoordinator;
  readonly membership: AutomaticMembership;
  readonly log: string[];
  /** The hosts that were given to memberships, in order. */
  readonly hosts: MembershipHost[];
}

/** `levels` are what the coordinator says of group.version, one question after the other. */
function bench(...levels: readonly (number | Error | "never")[]): Bench {
  const script = new ScriptedCoordinator();
  const log: string[] = [];
  const hosts: MembershipHost[] = [];
  const left = [...levels];
  const host: MembershipHost = {
    topics: () => ["orders"],
    pattern: () => undefined,
    isClosing: () => false,
    reconcile: () => Promise.resolve(),
    interrupt: ({ code }) => void log.push(`interrupted ${code}`),
    failed: ({ code }) => void log.push(`failed ${code}`),
    givenUp: ({ code }) => void log.push(`given up ${code}`),
    retrying: ({ operation, error }) => void log.push(`retrying ${operation} ${error.code}`),
  };
  const membership = new AutomaticMembership({
    cluster: script,
    coordinator: {
      featureLevel: async (name, { signal }) => {
        log.push(name);
        const level = left.shift() ?? 0;
        if (level === "never")
          return new Promise<number>((_, reject) =>
            signal?.addEventListener("abort", () => reject(new Error("aborted"))),
          );
        if (level instanceof Error) throw level;
        return level;
      },
    },
    host,
    make: (protocol, given) => {
      hosts.push(given);
      return { ...standingMember().membership, start: () => void log.push(`${protocol} begins`) };
    },
  });
  return { script, membership, log, hosts };
}

const change = { lose: [], revoke: [], add: [] };
const round = { memberId: "m", generationId: 1, isLeader: false };

describe("a member that finds out its protocol", () => {
  it.each([
    ["the next generation's where the cluster has it", 1, "consumer begins"],
    ["the classic one where it does not", 0, "classic begins"],
  ])("speaks %s", async (_, level, begins) => {
    const { script, membership, log } = bench(level);
    membership.start();
    membership.start();
    await script.clock.advance(1);
    expect(log).toEqual(["group.version", begins]);
    membership.start();
    expect(log).toEqual(["group.version", begins, begins]);
  });

  it("asks again while the coordinator cannot be reached", async () => {
    const { script, membership, log } = bench(connectionClosed("gone"), 1);
    membership.start();
    await script.clock.advance(1000);
    expect(log).toEqual([
      "group.version",
      "retrying join CLIENT_CONNECTION_CLOSED",
      "group.version",
      "consumer begins",
    ]);
  });

  it("asks no more when it is to leave, and again when it is to start", async () => {
    const { script, membership, log } = bench("never", 0);
    membership.start();
    await script.clock.advance(1);
    await membership.leave("closed", { timeoutMs: 1000 });
    await script.clock.advance(1000);
    expect(log).toEqual(["group.version"]);
    membership.start();
    await script.clock.advance(1);
    expect(log.at(-1)).toBe("classic begins");
  });

  it.each([ErrorCode.UNSUPPORTED_VERSION, ErrorCode.GROUP_ID_NOT_FOUND])(
    "goes back to the classic protocol, for good, when the first heartbeat is refused by %i",
    async (errorCode) => {
      const { script, membership, log, hosts } = bench(1);
      membership.start();
      await script.clock.advance(1);
      const waiting = membership.nextIdentity(undefined, new AbortController().signal);
      hosts[0]?.failed(kafkaError(errorCode));
      const { code } = kafkaError(errorCode);
      expect(log).toEqual(["group.version", "consumer begins", `retrying join ${code}`, "classic begins"]);
      expect(await waiting).toBe(membership.identity);
      hosts[1]?.failed(kafkaError(errorCode));
      expect(log.at(-1)).toBe(`failed ${code}`);
    },
  );

  it("stays with the protocol under which it has been in the group", async () => {
    const { script, membership, log, hosts } = bench(1);
    membership.start();
    await script.clock.advance(1);
    await hosts[0]?.reconcile({ ...change, round }, new AbortController().signal);
    hosts[0]?.failed(kafkaError(ErrorCode.GROUP_ID_NOT_FOUND));
    expect(log.at(-1)).toBe("failed GROUP_ID_NOT_FOUND");
  });

  it("fails by what is no question of protocols", async () => {
    const { script, membership, log, hosts } = bench(1);
    membership.start();
    await script.clock.advance(1);
    hosts[0]?.failed(new KafkaError("GROUP_AUTHORIZATION_FAILED", "no"));
    expect(log.at(-1)).toBe("failed GROUP_AUTHORIZATION_FAILED");
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { consumingFrom, type ConsumingClient } from "../support/consuming.js";
import {
  anotherMemberComes,
  committedDuringARebalance,
  movedToCooperative,
  oneTopicLess,
} from "../support/cooperative-scenarios.js";
import {
  backWithinTheSession,
  backWithOneTopicMore,
  doublesAreFenced,
  leavesForGood,
} from "../support/static-scenarios.js";

const missing = missingForApacheKafka();
const cooperative = { assignors: ["cooperative-sticky"] } as const;
/** A rebalance takes as long as the slowest member takes to hear of it. */
const slowMs = 2500;

describe.skipIf(missing !== undefined)(
  `a cooperative group on Apache Kafka${missing === undefined ? "" : ` (left out: ${missing})`}`,
  () => {
    let kafka: ApacheKafka;
    let run: ConsumingClient;

    beforeAll(async () => {
      kafka = await startApacheKafka();
      run = consumingFrom([kafka.bootstrapServers]);
    });

    afterAll(async () => {
      await run[Symbol.asyncDispose]();
      await kafka.close();
    });

    test("reads on what does not move while a member comes and goes, and every message once", async () => {
      const options = cooperative;
      const { kept, revoked, lost, silenceMs, notOnce } = await anotherMemberComes(
        { run, topic: "moving", options },
        { slowMs },
      );
      expect(kept).toHaveLength(2);
      expect(revoked).toHaveLength(1);
      expect(kept).not.toContain(revoked[0]);
      expect(lost).toEqual([]);
      expect(silenceMs).toBeLessThan(slowMs / 2);
      expect(notOnce).toEqual([]);
    });

    test("gives up what it does not subscribe to any more, and nothing else", async () => {
      await oneTopicLess({ run, topic: "less", options: cooperative });
    });

    test("commits for what it keeps while the group waits for others", async () => {
      await committedDuringARebalance({ run, topic: "committing", options: cooperative }, { slowMs });
    });

    test("has static members that come back to what they had", async () => {
      await backWithinTheSession({ run, topic: "back" });
    });

    test("has static members that read a topic more, with which they come back, once they enforce a rebalance", async () => {
      await backWithOneTopicMore({ run, topic: "more" });
    });

    test("has static members that leave for good when they are told to", async () => {
      await leavesForGood({ run, topic: "left" });
    });

    test("has static members that hear once that another one has their place", async () => {
      await doublesAreFenced({ run, topic: "fenced" });
    });

    test("is what a running eager group becomes by two rounds of restarts", async () => {
      await movedToCooperative({ run, topic: "moved" });
    });
  },
);

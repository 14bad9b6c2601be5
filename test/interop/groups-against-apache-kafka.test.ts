import { afterAll, beforeAll, describe, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { consumingFrom, type ConsumingClient } from "../support/consuming.js";
import {
  closedAfterADeletion,
  committedForADeletedTopic,
  oneOfTwoTopicsDeleted,
  sentBetweenTwoConsumers,
  sentDuringARebalance,
} from "../support/group-scenarios.js";

const missing = missingForApacheKafka();

describe.skipIf(missing !== undefined)(
  `a group on Apache Kafka${missing === undefined ? "" : ` (left out: ${missing})`}`,
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

    test("receives what is sent between two of its consumers, although it begins at the end of a quiet topic", async () => {
      await sentBetweenTwoConsumers({ run, topic: "between", groupId: "between" });
    });

    test("receives what is sent during a rebalance, although it begins at the end of a quiet topic", async () => {
      await sentDuringARebalance({ run, topic: "rebalanced", groupId: "rebalanced" });
    });

    test.each([1, 2])("of %i goes on with the other topics when one is deleted", async (members) => {
      const name = `deleted-${members}`;
      await oneOfTwoTopicsDeleted({ run, topic: name, groupId: name }, { members, boundMs: 6000 });
    });

    test("commits nothing for a topic that has only the name of the one that was read", async () => {
      await committedForADeletedTopic({ run, topic: "again", groupId: "again" });
    });

    test("is left quickly right after one of its topics was deleted", async () => {
      await closedAfterADeletion({ run, topic: "closed", groupId: "closed" }, { boundMs: 6000 });
    });
  },
);

import { afterAll, beforeAll, describe, test } from "vitest";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { consumingFrom } from "../support/consuming.js";
import {
  aCloseLosesNothing,
  aKilledProcessLeavesNothingHalf,
  aLateCloseGivesBack,
  aPoisonedBatchIsLeftOut,
  aRivalEndsIt,
  cooperativeMembersComeAndGo,
  failuresAreUndone,
  roundsThatMoveNothing,
  twoMembersComeAndGo,
  type TransformScenario,
} from "../support/transform-scenarios.js";

const missing = missingForApacheKafka();

describe.skipIf(missing !== undefined)(`Apache Kafka${missing === undefined ? "" : ` (left out: ${missing})`}`, () => {
  let kafka: ApacheKafka;

  beforeAll(async () => {
    kafka = await startApacheKafka({
      properties: {
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
      },
    });
  });

  afterAll(() => kafka.close());

  test.each([
    ["members that come and go", twoMembersComeAndGo],
    ["cooperative members that come and go", cooperativeMembersComeAndGo],
    ["rounds of the group that move nothing", roundsThatMoveNothing],
    ["work that fails", failuresAreUndone],
    ["a batch that cannot be transformed", aPoisonedBatchIsLeftOut],
    ["closes in the middle", aCloseLosesNothing],
    ["a close that comes too soon", aLateCloseGivesBack],
    ["a rival with its transactional id", aRivalEndsIt],
    ["a process that is killed", aKilledProcessLeavesNothingHalf],
  ] as const)(
    "a transform commits what it makes of each message once, over %s",
    async (name, scenario: (at: TransformScenario) => Promise<void>) => {
      await using run = consumingFrom([kafka.bootstrapServers]);
      await scenario({ run, bootstrapServers: [kafka.bootstrapServers], name: name.replaceAll(" ", "-") });
    },
  );
});

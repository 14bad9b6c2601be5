import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConsumerGroupDescribe,
  errorByCode,
  Metadata,
  OffsetFetch,
  Uuid,
  type ResponseOf,
} from "@moldau/protocol-codec";
import { startBroker } from "@moldau/reference-broker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverAssignors } from "../../packages/reference-broker/src/groups/consumer/assignors/all.js";
import {
  describeConsumerGroup,
  type ConsumerGroupDescription,
} from "../../packages/reference-broker/src/groups/consumer/description.js";
import { TopicCatalogue } from "../../packages/reference-broker/src/groups/consumer/topic-catalogue.js";
import { replayGroupLog } from "../../packages/reference-broker/src/groups/group-log.js";
import { fetchAllOffsets, fetchOffsets } from "../../packages/reference-broker/src/groups/offset-fetch.js";
import { GroupStore } from "../../packages/reference-broker/src/groups/store.js";
import { dialogueConfigs, dialogues } from "../groups/dialogues.js";
import { recordAnswers, recordedAnswers } from "../groups/recorded-answers.js";
import { missingForApacheKafka, startApacheKafka, type ApacheKafka } from "../support/apache-kafka.js";
import { GroupDialogue, pause, topicToCommit, type Line } from "../support/group-dialogue.js";
import { readGroupLogs } from "../support/group-logs.js";
import { groupLogOf } from "../support/kafka-group-log.js";
import { commitInTransaction } from "../support/transactional-commit.js";

/** `RECORD_GROUP_ANSWERS=1` writes the record of Apache Kafka's answers anew instead of comparing with it. */
const records = process.env["RECORD_GROUP_ANSWERS"] === "1";

const missing = missingForApacheKafka();

describe.skipIf(missing !== undefined)(`groups${missing === undefined ? "" : ` (left out: ${missing})`}`, () => {
  let kafka: ApacheKafka;
  const heard: Record<string, readonly Line[]> = {};

  beforeAll(async () => {
    // By default Kafka puts into one batch what its coordinator writes within moments; what a batch holds is then a matter of time.
    const properties = { ...dialogueConfigs, "group.coordinator.append.linger.ms": "0" };
    kafka = await startApacheKafka({ properties });
  });
  afterAll(async () => {
    await kafka.close();
  });

  test.each(Object.entries(dialogues))("%s: Apache Kafka answers as recorded", async (group, run) => {
    heard[group] = await hold(kafka.bootstrapServers, group, run);
    if (!records) expect(heard[group]).toEqual(recordedAnswers()[group]);
  });

  if (records) test("the record is written", () => recordAnswers({ ...recordedAnswers(), ...heard }));

  test("our broker's __consumer_offsets holds the records that Apache Kafka's does, in the same versions and batches", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "group-log-"));
    const broker = await startBroker({ dataDir, configs: dialogueConfigs });
    try {
      for (const [group, run] of Object.entries(dialogues)) await hold(broker.bootstrapServers[0] ?? "", group, run);
      const [ours, theirs] = [readGroupLogs(dataDir), readGroupLogs(kafka.dataDir)];
      expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
      // Members of the talks that came first have gone by now: what was written about that afterwards has no counterpart here.
      for (const [group, records] of ours) expect(theirs.get(group)?.slice(0, records.length)).toEqual(records);
    } finally {
      await broker.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  test("our coordinator reads from Apache Kafka's own log what Apache Kafka knows, transactions included", async () => {
    const talk = await GroupDialogue.open(kafka.bootstrapServers, "transactions");
    const { connection } = await talk.client("producer");
    const groupId = talk.group;
    for (const [end, topic, offset] of [
      ["commit", "orders", 5n],
      ["abort", "orders", 6n],
      ["open", "payments", 7n],
    ] as const) {
      const topics = [topicToCommit(topic, offset, end)];
      await commitInTransaction(connection, { transactionalId: end, groupId, topics, end });
    }
    await pause(500);
    const groups = ["transactions", "commits", "fetches"].map((name) => ({ groupId: name, topics: null }));
    const all = await connection.request(OffsetFetch, 8, { groups });
    const topics = ["orders", "payments"].map((name) => ({ name, partitionIndexes: [0] }));
    const stable = await connection.request(OffsetFetch, 8, { groups: [{ groupId, topics }], requireStable: true });
    talk.close();

    for (const theirs of all.groups) {
      const { offsets } = await replayed(kafka.dataDir, theirs.groupId);
      const ours = fetchAllOffsets(offsets, { groupId: theirs.groupId, requireStable: false });
      expect(asText(ours)).toEqual(asText(theirs.topics));
    }
    const { offsets } = await replayed(kafka.dataDir, groupId);
    const named = topics.map((topic) => ({ ...topic, topicId: Uuid.zero }));
    expect(asText(fetchOffsets(offsets, { groupId, requireStable: true }, named))).toEqual(
      asText(stable.groups[0]?.topics ?? []),
    );
    expect(asText(stable.groups[0]?.topics ?? [])).toEqual([
      "orders-0: 5 commit (NONE)",
      "payments-0: -1  (UNSTABLE_OFFSET_COMMIT)",
    ]);
  });

  test("our coordinator reads from Apache Kafka's own log what Apache Kafka says of next-generation groups", async () => {
    const talk = await GroupDialogue.open(kafka.bootstrapServers, "described");
    const { connection } = await talk.client("tool");
    const groupIds = Object.keys(dialogues).filter((name) => name.startsWith("ng-"));
    const cluster = await connection.request(Metadata, 13, { topics: null });
    const described = async (): Promise<string> => {
      const { groups } = await connection.request(ConsumerGroupDescribe, 1, { groupIds });
      return inOneOrder(groups.filter(({ errorCode }) => errorCode === 0));
    };
    const read = async (): Promise<string> => {
      const groups = [];
      for (const groupId of groupIds) {
        const group = (await replayed(kafka.dataDir, groupId)).consumer(groupId);
        if (group !== undefined)
          groups.push(describeConsumerGroup(groupId, { type: "consumer", group }, knownTo(cluster)));
      }
      return inOneOrder(groups);
    };
    try {
      // Sessions end meanwhile: the one is compared with the other as soon as both were asked in one moment.
      await expect.poll(async () => (await described()) === (await read()), { timeout: 60_000 }).toBe(true);
      expect((await read()).match(/"memberId"/g)?.length).toBeGreaterThan(5);
    } finally {
      talk.close();
    }
  });
});

/** Topics of a cluster by its own words, and the assignors that there are. */
function knownTo({ topics }: ResponseOf<typeof Metadata>): Parameters<typeof describeConsumerGroup>[2] {
  const known = topics.map(({ name, topicId }) => ({ name: name ?? "", id: topicId, partitions: [] }));
  const catalogue = new TopicCatalogue({
    topic: (wanted) => known.find(({ name }) => name === wanted),
    topicById: (wanted) => known.find(({ id }) => id.equals(wanted)),
    topics: () => known,
    broker: () => undefined,
  });
  return { topics: catalogue, assignors: new Map(serverAssignors.map((each) => [each.name, each])) };
}

/** Descriptions as text, whatever order members, topics and partitions come in. */
function inOneOrder(groups: readonly ConsumerGroupDescription[]): string {
  const sorted = groups.map(({ members, groupId, groupState, groupEpoch, assignmentEpoch, assignorName }) => ({
    groupId,
    groupState,
    groupEpoch,
    assignmentEpoch,
    assignorName,
    members: members
      .map(({ assignment, targetAssignment, subscribedTopicNames, ...facts }) => ({
        ...facts,
        subscribedTopicNames: [...subscribedTopicNames].sort(),
        has: partitionsAsText(assignment),
        target: partitionsAsText(targetAssignment),
      }))
      .sort((one, other) => (one.memberId < other.memberId ? -1 : 1)),
  }));
  return JSON.stringify(sorted.sort((one, other) => (one.groupId < other.groupId ? -1 : 1)));
}

function partitionsAsText({ topicPartitions }: ConsumerGroupDescription["members"][number]["assignment"]): string {
  const all = topicPartitions.flatMap(({ topicName, partitions }) => partitions.map((each) => `${topicName}-${each}`));
  return all.sort().join(" ");
}

async function replayed(dataDir: string, groupId: string): Promise<GroupStore> {
  const store = new GroupStore();
  await replayGroupLog(groupLogOf(dataDir, groupId), store, AbortSignal.timeout(10_000));
  return store;
}

/** Offsets as lines, in one order. */
function asText(topics: ResponseOf<typeof OffsetFetch>["groups"][number]["topics"]): readonly string[] {
  const lines = topics.flatMap(({ name, partitions }) =>
    partitions.map(
      ({ partitionIndex, committedOffset, metadata, errorCode }) =>
        `${name}-${partitionIndex}: ${committedOffset} ${metadata} (${errorByCode(errorCode).name})`,
    ),
  );
  return lines.sort();
}

async function hold(
  address: string,
  group: string,
  run: (talk: GroupDialogue) => Promise<void>,
): Promise<readonly Line[]> {
  const talk = await GroupDialogue.open(address, group);
  try {
    await run(talk);
  } finally {
    talk.close();
  }
  return talk.lines;
}

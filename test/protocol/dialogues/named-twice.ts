import {
  CreatePartitions,
  DeleteGroups,
  DeleteRecords,
  DescribeConfigs,
  DescribeGroups,
  DescribeTopicPartitions,
  FindCoordinator,
  ListOffsets,
  Metadata,
  OffsetForLeaderEpoch,
} from "@moldau/protocol-codec";
import { pause } from "../../support/group-dialogue.js";
import type { ProtocolDialogue } from "../../support/protocol-dialogue.js";
import { batch, produce } from "./records.js";

const topic = 2;

/** Talks about requests that name something twice. */
export const namedTwiceDialogues: Readonly<Record<string, (talk: ProtocolDialogue) => Promise<void>>> = {
  "things that are named twice": async (talk) => {
    const topicId = await talk.topic("log");
    await produce(talk, "three records", batch(3));
    const first = { partitionIndex: 0, offset: 1n };
    const second = { partitionIndex: 0, offset: 2n };
    await talk.ask("a partition", DeleteRecords, 2, {
      timeoutMs: 5000,
      topics: [{ name: "log", partitions: [first, second] }],
    });
    await talk.ask("a partition in a topic that stands there twice", DeleteRecords, 2, {
      timeoutMs: 5000,
      topics: [first, second].map((partition) => ({ name: "log", partitions: [partition] })),
    });
    const epochs = [0, 5].map((leaderEpoch) => ({ partition: 0, leaderEpoch, currentLeaderEpoch: -1 }));
    await talk.ask("a partition", OffsetForLeaderEpoch, 4, {
      replicaId: -1,
      topics: [{ topic: "log", partitions: epochs }],
    });
    const times = [-1n, -2n].map((timestamp) => ({ partitionIndex: 0, timestamp }));
    await talk.ask("a partition", ListOffsets, 5, { replicaId: -1, topics: [{ name: "log", partitions: times }] });
    const keys = ["retention.ms", "segment.ms"].map((key) => ({
      resourceType: topic,
      resourceName: "log",
      configurationKeys: [key],
    }));
    await talk.ask("a resource", DescribeConfigs, 4, { resources: keys });
    await talk.ask("a topic", Metadata, 9, {
      topics: [{ name: "log" }, { name: "log" }],
      allowAutoTopicCreation: false,
    });
    await talk.ask("an id", Metadata, 12, {
      topics: [
        { name: null, topicId },
        { name: null, topicId },
      ],
      allowAutoTopicCreation: false,
    });
    await talk.ask("a topic", DescribeTopicPartitions, 0, {
      topics: [{ name: "log" }, { name: "log" }],
      responsePartitionLimit: 10,
      cursor: null,
    });
    await talk.ask("a topic that is to grow", CreatePartitions, 3, {
      topics: [2, 3].map((count) => ({ name: "log", count, assignments: null })),
      timeoutMs: 5000,
    });
    for (;;) {
      const { coordinators } = await talk.quietly(FindCoordinator, 4, { coordinatorKeys: ["g"] });
      if (coordinators[0]?.errorCode === 0) break;
      await pause(20);
    }
    await talk.ask("a group", FindCoordinator, 4, { coordinatorKeys: ["g", "g"] });
    await talk.ask("a group", DescribeGroups, 5, { groups: ["no-group", "no-group"] });
    await talk.ask("a group", DeleteGroups, 2, { groupsNames: ["no-group", "no-group"] });
  },
};

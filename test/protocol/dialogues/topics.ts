import {
  ApiVersions,
  CreatePartitions,
  CreateTopics,
  DeleteTopics,
  Metadata,
  Uuid,
  type RequestInputOf,
} from "@moldau/protocol-codec";
import { pause } from "../../support/group-dialogue.js";
import type { ProtocolDialogue } from "../../support/protocol-dialogue.js";

type NewTopic = NonNullable<RequestInputOf<typeof CreateTopics>["topics"]>[number];

const timeoutMs = 10_000;
const nobodysId = Uuid.parse("AAAAAAAAAAAAAAAAAAAA_w");

function topic(name: string, rest: Partial<NewTopic> = {}): NewTopic {
  return { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...rest };
}

/** The core of an answer to CreateTopics that every version has; what configs a topic ends up with is a talk of its own. */
function create(talk: ProtocolDialogue, what: string, topics: readonly NewTopic[], validateOnly = false) {
  return talk.ask(what, CreateTopics, 4, { topics, timeoutMs, validateOnly });
}

/** Talks about making, growing, deleting and describing topics. */
export const topicDialogues: Readonly<Record<string, (talk: ProtocolDialogue) => Promise<void>>> = {
  "topics are made in every version": async (talk) => {
    for (const version of [2, 3, 4]) {
      await talk.ask("a topic", CreateTopics, version, {
        topics: [topic(`made-${version}`, { numPartitions: 2 })],
        timeoutMs,
      });
      await talk.settled(`made-${version}`);
      await talk.ask("it is there", Metadata, 1, { topics: [{ name: `made-${version}` }] });
    }
    await create(talk, "the defaults", [topic("made-by-default", { numPartitions: -1, replicationFactor: -1 })]);
    await create(talk, "chosen replicas", [
      topic("made-by-hand", {
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [
          { partitionIndex: 0, brokerIds: [1] },
          { partitionIndex: 1, brokerIds: [1] },
        ],
      }),
    ]);
    await talk.settled("made-by-hand");
    await talk.ask("both are there", Metadata, 4, {
      topics: [{ name: "made-by-default" }, { name: "made-by-hand" }],
      allowAutoTopicCreation: false,
    });
  },

  "topics that cannot be made are refused one by one": async (talk) => {
    await talk.topic("there.already");
    await create(talk, "one of each kind", [
      topic("good"),
      topic("there.already"),
      topic("twice"),
      topic("twice"),
      topic(""),
      topic("."),
      topic(".."),
      topic("with blank"),
      topic("x".repeat(249)),
      topic("y".repeat(250)),
      topic("there_already"),
      topic("__cluster_metadata"),
      topic("no-partitions", { numPartitions: 0 }),
      topic("fewer-partitions", { numPartitions: -2 }),
      topic("no-replicas", { replicationFactor: 0 }),
      topic("too-many-replicas", { replicationFactor: 9 }),
      topic("unknown-setting", { configs: [{ name: "no.such.thing", value: "1" }] }),
      topic("wrong-setting", { configs: [{ name: "retention.ms", value: "long" }] }),
      topic("setting-out-of-range", { configs: [{ name: "min.insync.replicas", value: "0" }] }),
      topic("wrong-policy", { configs: [{ name: "cleanup.policy", value: "burn" }] }),
      topic("null-setting", { configs: [{ name: "retention.ms", value: null }] }),
      topic("good-settings", {
        configs: [
          { name: "cleanup.policy", value: "compact,delete" },
          { name: "retention.ms", value: "-1" },
        ],
      }),
    ]);
    const byHand = (name: string, assignments: NewTopic["assignments"], rest: Partial<NewTopic> = {}): NewTopic =>
      topic(name, { numPartitions: -1, replicationFactor: -1, assignments, ...rest });
    await create(talk, "replicas chosen wrongly", [
      byHand("hand-unknown-broker", [{ partitionIndex: 0, brokerIds: [9] }]),
      byHand("hand-no-broker", [{ partitionIndex: 0, brokerIds: [] }]),
      byHand("hand-broker-twice", [{ partitionIndex: 0, brokerIds: [1, 1] }]),
      byHand("hand-gap", [{ partitionIndex: 1, brokerIds: [1] }]),
      byHand("hand-partition-twice", [
        { partitionIndex: 0, brokerIds: [1] },
        { partitionIndex: 0, brokerIds: [1] },
      ]),
      byHand("hand-and-count", [{ partitionIndex: 0, brokerIds: [1] }], { numPartitions: 1 }),
      byHand("hand-and-factor", [{ partitionIndex: 0, brokerIds: [1] }], { replicationFactor: 1 }),
    ]);
  },

  "only validated, nothing is made": async (talk) => {
    await create(talk, "validate only", [topic("imagined"), topic("imagined-wrong", { numPartitions: 0 })], true);
    await talk.ask("it is not there", Metadata, 4, { topics: [{ name: "imagined" }], allowAutoTopicCreation: false });
  },

  "a new topic shows what it is": async (talk) => {
    await talk.ask("with a setting", CreateTopics, 7, {
      topics: [topic("shown", { numPartitions: 3, configs: [{ name: "retention.ms", value: "86400000" }] })],
      timeoutMs,
      validateOnly: true,
    });
  },

  "topics are deleted in every version": async (talk) => {
    for (const version of [1, 3, 5]) {
      await talk.topic(`doomed-${version}`);
      await talk.ask("one that is there, one that is not", DeleteTopics, version, {
        topicNames: [`doomed-${version}`, "never-there"],
        timeoutMs,
      });
    }
    await talk.topic("doomed-name");
    const doomedId = await talk.topic("doomed-id");
    const twiceId = await talk.topic("doomed-twice");
    await talk.topic("doomed-both");
    const none = Uuid.zero;
    await talk.ask("by name and by id, rightly and wrongly", DeleteTopics, 6, {
      topics: [
        { name: "doomed-name", topicId: none },
        { name: null, topicId: doomedId },
        { name: null, topicId: nobodysId },
        { name: null, topicId: none },
        { name: "never-there", topicId: none },
        { name: "doomed-both", topicId: doomedId },
      ],
      timeoutMs,
    });
    await talk.ask("the same twice", DeleteTopics, 6, {
      topics: [
        { name: "twice-named", topicId: none },
        { name: "twice-named", topicId: none },
        { name: null, topicId: twiceId },
        { name: null, topicId: twiceId },
      ],
      timeoutMs,
    });
  },

  "topics grow, and do not shrink": async (talk) => {
    await talk.topic("growing", { partitions: 2 });
    for (const version of [0, 1, 2, 3]) {
      await talk.ask("one more", CreatePartitions, version, {
        topics: [{ name: "growing", count: 3 + version, assignments: null }],
        timeoutMs,
      });
    }
    await talk.ask("every way to be wrong", CreatePartitions, 3, {
      topics: [{ name: "growing", count: 1, assignments: null }],
      timeoutMs,
    });
    await talk.ask("as many as there are", CreatePartitions, 3, {
      topics: [{ name: "growing", count: 6, assignments: null }],
      timeoutMs,
    });
    await talk.ask("an unknown topic", CreatePartitions, 3, {
      topics: [{ name: "nowhere", count: 6, assignments: null }],
      timeoutMs,
    });
    await talk.ask("chosen replicas", CreatePartitions, 3, {
      topics: [{ name: "growing", count: 7, assignments: [{ brokerIds: [1] }] }],
      timeoutMs,
    });
    await talk.ask("too few chosen", CreatePartitions, 3, {
      topics: [{ name: "growing", count: 9, assignments: [{ brokerIds: [1] }] }],
      timeoutMs,
    });
    await talk.ask("an unknown broker", CreatePartitions, 3, {
      topics: [{ name: "growing", count: 8, assignments: [{ brokerIds: [9] }] }],
      timeoutMs,
    });
    await talk.ask("only validated", CreatePartitions, 3, {
      topics: [{ name: "growing", count: 20, assignments: null }],
      timeoutMs,
      validateOnly: true,
    });
  },

  "a topic that is made by asking for it": async (talk) => {
    const names = ["asked-for", "also-asked-for", "not a name"];
    for (const version of [1, 4, 9, 13]) {
      const topics = names.map((name) => ({ name: name === "not a name" ? name : `${name}-${version}` }));
      const body = { topics, ...(version >= 4 ? { allowAutoTopicCreation: true } : {}) };
      await talk.ask("the first time", Metadata, version, body);
      for (const { name } of topics.slice(0, 2)) await talk.settled(name);
      await talk.ask("the second time", Metadata, version, body);
    }
  },

  "a time-out of nothing": async (talk) => {
    for (const within of [0, -1]) {
      const name = `hurried${within}`;
      const body = { topics: [topic(name), topic("not a name")], timeoutMs: within };
      await talk.ask(`CreateTopics within ${within} ms`, CreateTopics, 4, body);
      await pause(500);
      await talk.ask("is it there", Metadata, 9, { topics: [{ name }], allowAutoTopicCreation: false });
      await talk.ask(`only validated`, CreateTopics, 4, { ...body, validateOnly: true });
      await talk.topic(`slow${within}`);
      await talk.ask(`CreatePartitions within ${within} ms`, CreatePartitions, 3, {
        topics: [{ name: `slow${within}`, count: 2, assignments: null }],
        timeoutMs: within,
      });
      await talk.ask(`DeleteTopics within ${within} ms`, DeleteTopics, 5, {
        topicNames: [`slow${within}`],
        timeoutMs: within,
      });
      await pause(500);
      const gone = [{ name: `slow${within}` }];
      await talk.ask("is it gone", Metadata, 9, { topics: gone, allowAutoTopicCreation: false });
    }
  },

  "bytes behind the last field mean nothing": async (talk) => {
    const topics = [{ name: "behind" }];
    await talk.topic("behind");
    talk.bytesBehind = 3;
    await talk.ask("all topics", Metadata, 13, { topics: null, allowAutoTopicCreation: false });
    talk.bytesBehind = 2;
    await talk.ask("one topic", Metadata, 1, { topics });
    talk.bytesBehind = 1000;
    await talk.ask("one topic, much behind", Metadata, 12, { topics, allowAutoTopicCreation: false });
    talk.bytesBehind = 1;
    const told = await talk.quietly(ApiVersions, 3, { clientSoftwareName: "a", clientSoftwareVersion: "1" });
    talk.note("ApiVersions 3, one byte behind", { errorCode: told.errorCode });
    talk.bytesBehind = 0;
  },

  "metadata in every version": async (talk) => {
    const id = await talk.topic("described", { partitions: 2 });
    for (let version = 0; version <= 13; version++) {
      await talk.ask("a topic, an unknown one, and a name that is none", Metadata, version, {
        topics: [{ name: "described" }, ...(version >= 4 ? [{ name: "undescribed" }, { name: "not a name" }] : [])],
        ...(version >= 4 ? { allowAutoTopicCreation: false } : {}),
        ...(version >= 8 ? { includeTopicAuthorizedOperations: true } : {}),
        ...(version >= 8 && version <= 10 ? { includeClusterAuthorizedOperations: true } : {}),
      });
    }
    for (const version of [12, 13]) {
      await talk.ask("by id", Metadata, version, {
        topics: [
          { topicId: id, name: null },
          { topicId: nobodysId, name: null },
        ],
      });
    }
    await talk.ask("by id, too early", Metadata, 11, { topics: [{ topicId: id, name: "" }] });
    await talk.ask("of no topic", Metadata, 1, { topics: [] });
  },
};

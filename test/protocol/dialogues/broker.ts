import {
  ApiVersions,
  CreateTopics,
  DescribeCluster,
  DescribeConfigs,
  DescribeTopicPartitions,
  FindCoordinator,
  IncrementalAlterConfigs,
  InitProducerId,
  Metadata,
  SaslAuthenticate,
  SaslHandshake,
} from "@moldau/protocol-codec";
import { pause } from "../../support/group-dialogue.js";
import type { ProtocolDialogue } from "../../support/protocol-dialogue.js";

const topic = 2;
const broker = 4;
const brokerLogger = 8;

/** Talks about the broker itself. */
export const brokerDialogues: Readonly<Record<string, (talk: ProtocolDialogue) => Promise<void>>> = {
  "who a client says it is": async (talk) => {
    for (const [name, version] of [
      ["", ""],
      ["@scope/name", "1"],
      ["name", "1 2"],
      ["-name", "1"],
    ] as const) {
      const answer = await talk.quietly(ApiVersions, 3, { clientSoftwareName: name, clientSoftwareVersion: version });
      talk.note(`ApiVersions 3: ${JSON.stringify([name, version])}`, {
        errorCode: answer.errorCode,
        apis: answer.apiKeys.length,
      });
    }
    for (const version of [0, 1, 2, 3, 4]) {
      const named = version >= 3 ? { clientSoftwareName: "a-1.b", clientSoftwareVersion: "1.0" } : {};
      const answer = await talk.quietly(ApiVersions, version, named);
      const range = answer.apiKeys.filter(({ apiKey }) => apiKey === 0 || apiKey === 18);
      const level = answer.supportedFeatures.find(({ name }) => name === "metadata.version");
      talk.note(`ApiVersions ${version}`, { errorCode: answer.errorCode, apiKeys: range, level });
    }
  },

  "logins where none are wanted": async (talk) => {
    for (const version of [0, 1]) await talk.ask("a mechanism", SaslHandshake, version, { mechanism: "PLAIN" });
    for (const version of [0, 1, 2])
      await talk.ask("a token", SaslAuthenticate, version, { authBytes: Buffer.from("token") });
  },

  "who coordinates": async (talk) => {
    for (let version = 0; version <= 3; version++) {
      for (;;) {
        const { errorCode } = await talk.quietly(FindCoordinator, version, { key: "g" });
        if (errorCode === 0) break;
        await pause(20);
      }
      await talk.ask("a group", FindCoordinator, version, { key: "g" });
    }
    for (let version = 4; version <= 6; version++)
      await talk.ask("groups", FindCoordinator, version, { coordinatorKeys: ["g", "h"] });
    await talk.ask("a kind of key that is none", FindCoordinator, 3, { key: "g", keyType: 9 });
    await talk.ask("a kind of key that is none", FindCoordinator, 4, { coordinatorKeys: ["g"], keyType: 9 });
  },

  "producers get ids": async (talk) => {
    for (;;) {
      const { errorCode } = await talk.quietly(InitProducerId, 0, { transactionalId: null, transactionTimeoutMs: 1 });
      if (errorCode === 0) break;
      await pause(20);
    }
    for (let version = 0; version <= 5; version++)
      await talk.ask("a new one", InitProducerId, version, { transactionalId: null, transactionTimeoutMs: 60_000 });
    const first = await talk.quietly(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1 });
    const second = await talk.quietly(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1 });
    talk.note("the next one is one more", second.producerId - first.producerId);
    const again = await talk.quietly(InitProducerId, 4, {
      transactionalId: null,
      transactionTimeoutMs: 1,
      producerId: first.producerId,
      producerEpoch: 0,
    });
    talk.note("who has one gets another", {
      errorCode: again.errorCode,
      epoch: again.producerEpoch,
      isOther: again.producerId > second.producerId,
    });
    await talk.ask("half an identity", InitProducerId, 4, {
      transactionalId: null,
      transactionTimeoutMs: 1,
      producerId: 5n,
      producerEpoch: -1,
    });
  },

  "Kafka's own topics": async (talk) => {
    const topics = ["__transaction_state", "__share_group_state", "__consumer_offsets", "__other"].map((name) => ({
      name,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    }));
    await talk.quietly(CreateTopics, 5, { topics, timeoutMs: 10_000 });
    for (const { name } of topics) await talk.settled(name);
    const described = await talk.quietly(Metadata, 9, { topics, allowAutoTopicCreation: false });
    for (const { name, isInternal } of described.topics) talk.note(`is ${name ?? ""} internal`, isInternal);
  },

  "the cluster": async (talk) => {
    for (const version of [0, 1, 2])
      await talk.ask("with rights", DescribeCluster, version, { includeClusterAuthorizedOperations: true });
    await talk.ask("without rights", DescribeCluster, 1, { includeClusterAuthorizedOperations: false });
    await talk.ask("of controllers", DescribeCluster, 1, { endpointType: 2 });
    await talk.ask("of something else", DescribeCluster, 1, { endpointType: 7 });
  },

  configurations: async (talk) => {
    await talk.topic("set", { configs: { "retention.ms": "1000", "cleanup.policy": "compact" } });
    for (let version = 1; version <= 4; version++) {
      await talk.ask("two keys and one that is none", DescribeConfigs, version, {
        resources: [
          {
            resourceType: topic,
            resourceName: "set",
            configurationKeys: ["retention.ms", "segment.bytes", "segment.ms", "preallocate", "no.such.key"],
          },
        ],
        includeSynonyms: true,
      });
    }
    await talk.ask("every key", DescribeConfigs, 4, {
      resources: [{ resourceType: topic, resourceName: "set", configurationKeys: null }],
    });
    const nowhere = [
      [topic, "nowhere"],
      [topic, "not a name"],
      [broker, "9"],
      [broker, "nine"],
      [brokerLogger, "9"],
      [77, "x"],
    ] as const;
    for (const [resourceType, resourceName] of nowhere) {
      const resources = [{ resourceType, resourceName, configurationKeys: null }];
      await talk.ask(`what there is not: ${resourceType} ${resourceName}`, DescribeConfigs, 4, { resources });
    }
    for (const configurationKeys of [[], ["no.such.key"]]) {
      const resources = [{ resourceType: topic, resourceName: "set", configurationKeys }];
      await talk.ask(`these keys: ${JSON.stringify(configurationKeys)}`, DescribeConfigs, 4, { resources });
    }
    await talk.ask("two keys of the broker", DescribeConfigs, 4, {
      resources: [
        {
          resourceType: broker,
          resourceName: "1",
          configurationKeys: ["socket.request.max.bytes", "auto.create.topics.enable"],
        },
      ],
      includeSynonyms: true,
    });
  },

  "configurations change key by key": async (talk) => {
    await talk.topic("changed", { configs: { "retention.ms": "1000" } });
    const alter = (
      what: string,
      configs: readonly (readonly [string, number, string | null])[],
      resourceName = "changed",
    ) =>
      talk.ask(what, IncrementalAlterConfigs, 1, {
        resources: [
          {
            resourceType: topic,
            resourceName,
            configs: configs.map(([name, configOperation, value]) => ({ name, configOperation, value })),
          },
        ],
      });
    const look = (): Promise<unknown> =>
      talk.ask("what is set now", DescribeConfigs, 4, {
        resources: [
          {
            resourceType: topic,
            resourceName: "changed",
            configurationKeys: ["retention.ms", "cleanup.policy", "segment.bytes"],
          },
        ],
      });
    const [set, unset, append, subtract] = [0, 1, 2, 3];
    await alter("one set, one appended to", [
      ["retention.ms", set, "2000"],
      ["cleanup.policy", append, "compact"],
    ]);
    await talk.settledConfig("changed", "cleanup.policy", "delete,compact");
    await look();
    await alter("one deleted, one subtracted from", [
      ["retention.ms", unset, null],
      ["cleanup.policy", subtract, "delete"],
    ]);
    await talk.settledConfig("changed", "cleanup.policy", "compact");
    await look();
    await alter("a wrong value", [["retention.ms", set, "soon"]]);
    await alter("an unknown key", [["no.such.key", set, "1"]]);
    await alter("an append to what is no list", [["retention.ms", append, "1"]]);
    await alter("an append of what is no policy", [["cleanup.policy", append, "burn"]]);
    await alter("null for a value", [["retention.ms", set, null]]);
    await alter("a key twice", [
      ["retention.ms", set, "1"],
      ["retention.ms", set, "2"],
    ]);
    await alter("an unknown topic", [["retention.ms", set, "1"]], "nowhere");
    await alter("deleting what is not set", [["segment.bytes", unset, null]]);
    const resources = ["changed", "changed"].map((resourceName) => ({
      resourceType: topic,
      resourceName,
      configs: [],
    }));
    await talk.ask("a topic twice", IncrementalAlterConfigs, 0, { resources });
    await look();
  },

  "topics page by page": async (talk) => {
    await talk.topic("page-a", { partitions: 3 });
    await talk.topic("page-b", { partitions: 2 });
    const topics = [{ name: "page-b" }, { name: "page-a" }, { name: "page-c" }, { name: "not a name" }];
    await talk.ask("all at once", DescribeTopicPartitions, 0, { topics, responsePartitionLimit: 2000, cursor: null });
    await talk.ask("two partitions", DescribeTopicPartitions, 0, { topics, responsePartitionLimit: 2, cursor: null });
    await talk.ask("the rest of the first", DescribeTopicPartitions, 0, {
      topics,
      responsePartitionLimit: 2,
      cursor: { topicName: "page-a", partitionIndex: 2 },
    });
    await talk.ask("exactly one topic", DescribeTopicPartitions, 0, {
      topics,
      responsePartitionLimit: 3,
      cursor: { topicName: "page-a", partitionIndex: 0 },
    });
    await talk.ask("a limit of none", DescribeTopicPartitions, 0, { topics, responsePartitionLimit: 0, cursor: null });
    await talk.ask("a cursor before all", DescribeTopicPartitions, 0, {
      topics,
      responsePartitionLimit: 5,
      cursor: { topicName: "page-a", partitionIndex: -1 },
    });
    await talk.ask("a cursor behind all", DescribeTopicPartitions, 0, {
      topics,
      responsePartitionLimit: 5,
      cursor: { topicName: "zzz", partitionIndex: 0 },
    });
  },
};

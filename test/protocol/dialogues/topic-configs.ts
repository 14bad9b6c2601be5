import { CreateTopics, DescribeConfigs, IncrementalAlterConfigs } from "@moldau/protocol-codec";
import type { ProtocolDialogue } from "../../support/protocol-dialogue.js";

/** Values to try for a key, at and beyond the borders of what it takes. */
type Values = readonly string[];

const int = { min: "-2147483648", max: "2147483647", below: "-2147483649", above: "2147483648" };
const long = {
  min: "-9223372036854775808",
  max: "9223372036854775807",
  below: "-9223372036854775809",
  above: "9223372036854775808",
};
const noNumbers: Values = ["", " ", "x", "1.5", "1e3", "0x10", "1_000", "1,000", "Infinity"];
const numberForms: Values = ["+5", " 5 ", "05", "-0"];

const ints = (...borders: readonly number[]): Values => [
  ...numberForms,
  ...noNumbers,
  ...Object.values(int),
  ...around(borders),
];
const longs = (...borders: readonly number[]): Values => [
  ...numberForms,
  ...noNumbers,
  ...Object.values(long),
  ...around(borders),
];
const flags: Values = ["true", "false", "TRUE", "False", " true ", "yes", "1", "0", "", "t"];
const doubles: Values = [
  ...["0", "1", "0.5", "-0.1", "1.1", "1e-3", ".5", "1.", "", "x", "NaN", "Infinity", "-Infinity", "1d", "0.5f"],
  ...["-0", " 0.5 ", "1e400"],
];
const throttles: Values = [
  ...["", "*", "none", "0:1", "0:1,1:2", "0:1,", ",0:1", "0:1, 1:2", " 0:1", "0", "0:", ":1", "a:b", "0:1:2", "-1:1"],
  ...["*,0:1", "*,*", "none,0:1", "0:1,0:1", "0;1", "NONE"],
];

function around(borders: readonly number[]): Values {
  return borders.flatMap((border) => [border - 1, border, border + 1].map(String));
}

const valuesByKey: Readonly<Record<string, Values>> = {
  "cleanup.policy": [
    ...["delete", "compact", "compact,delete", "delete,compact", "", " ", "delete,delete", "delete,", ",delete"],
    ...["delete, compact", " delete ", "DELETE", "burn", "delete,burn", "compact,compact,delete", "none"],
  ],
  "compression.gzip.level": ints(-1, 0, 1, 9),
  "compression.lz4.level": ints(1, 17),
  "compression.type": [
    ...["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer", "none", "", " gzip ", "GZIP", "Producer"],
  ],
  "compression.zstd.level": ints(-131_072, 22),
  "delete.retention.ms": longs(0),
  "file.delete.delay.ms": longs(0),
  "flush.messages": longs(0, 1),
  "flush.ms": longs(0),
  "follower.replication.throttled.replicas": throttles,
  "index.interval.bytes": ints(0),
  "leader.replication.throttled.replicas": throttles,
  "local.retention.bytes": longs(-2, 0),
  "local.retention.ms": longs(-2, 0),
  "max.compaction.lag.ms": longs(1),
  "max.message.bytes": ints(0),
  "message.timestamp.after.max.ms": longs(0),
  "message.timestamp.before.max.ms": longs(0),
  "message.timestamp.type": ["CreateTime", "LogAppendTime", "createtime", "NoTimestampType", "", " CreateTime ", "0"],
  "min.cleanable.dirty.ratio": doubles,
  "min.compaction.lag.ms": longs(0),
  "min.insync.replicas": ints(1),
  preallocate: flags,
  "remote.log.copy.disable": flags,
  "remote.log.delete.on.disable": flags,
  "remote.storage.enable": flags,
  "retention.bytes": longs(-2, -1),
  "retention.ms": longs(-1),
  "segment.bytes": ints(14, 1_048_576),
  "segment.index.bytes": ints(4),
  "segment.jitter.ms": longs(0),
  "segment.ms": longs(1),
  "unclean.leader.election.enable": flags,
  "internal.segment.bytes": ints(14, 1_048_576),
  "message.format.version": ["3.0", "2.8"],
  "message.timestamp.difference.max.ms": ["1"],
  "no.such.key": ["1"],
  "": ["1"],
  "RETENTION.MS": ["1"],
};

/** Settings that go together, or do not. */
const together: readonly Readonly<Record<string, string>>[] = [
  { "min.compaction.lag.ms": "2", "max.compaction.lag.ms": "1" },
  { "min.compaction.lag.ms": "2", "max.compaction.lag.ms": "2" },
  { "min.compaction.lag.ms": "1", "max.compaction.lag.ms": "2" },
  { "segment.bytes": "1048576", "internal.segment.bytes": "100" },
  { "segment.bytes": "100", "internal.segment.bytes": "100" },
  { "segment.bytes": "1048576", "max.message.bytes": "2097152" },
  { "segment.ms": "1", "segment.jitter.ms": "2" },
  { "retention.ms": "1", "segment.ms": "2" },
  { "local.retention.ms": "2", "retention.ms": "1" },
  { "local.retention.bytes": "2", "retention.bytes": "1" },
  { "local.retention.ms": "-1", "retention.ms": "1" },
  { "remote.storage.enable": "false", "remote.log.delete.on.disable": "true" },
  { "remote.log.copy.disable": "true", "local.retention.ms": "5" },
  { "remote.log.copy.disable": "true", "local.retention.ms": "-2" },
  { "cleanup.policy": "compact", "remote.storage.enable": "true" },
  { "cleanup.policy": "compact", "retention.ms": "1" },
  { "min.insync.replicas": "9" },
  { "message.timestamp.type": "LogAppendTime", "message.timestamp.before.max.ms": "0" },
];

async function codes(talk: ProtocolDialogue, tried: readonly Readonly<Record<string, string>>[]): Promise<number[]> {
  const topics = tried.map((configs, index) => ({
    name: `configured-${index}`,
    numPartitions: 1,
    replicationFactor: 1,
    assignments: [],
    configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
  }));
  const answer = await talk.quietly(CreateTopics, 4, { topics, timeoutMs: 10_000, validateOnly: true });
  return topics.map(({ name }) => answer.topics.find((topic) => topic.name === name)?.errorCode ?? -1);
}

/** Talks about what the settings of topics may be. */
export const topicConfigDialogues: Readonly<Record<string, (talk: ProtocolDialogue) => Promise<void>>> = {
  "every setting of a topic at its borders": async (talk) => {
    for (const [key, values] of Object.entries(valuesByKey)) {
      const distinct = [...new Set(values)];
      const given = await codes(
        talk,
        distinct.map((value) => ({ [key]: value })),
      );
      talk.note(
        `${key} when a topic is made`,
        distinct.map((value, index) => `${JSON.stringify(value)}: ${given[index] ?? ""}`).join(", "),
      );
    }
  },

  "settings of a topic that do not go together": async (talk) => {
    const given = await codes(talk, together);
    for (const [index, configs] of together.entries()) talk.note(JSON.stringify(configs), given[index]);
  },

  "settings of a topic that do not go with those it has": async (talk) => {
    await talk.topic("has", { configs: { "max.compaction.lag.ms": "100", "retention.ms": "100" } });
    const [set, unset] = [0, 1];
    const alter = (what: string, configs: readonly (readonly [string, number, string | null])[]) =>
      talk.ask(what, IncrementalAlterConfigs, 1, {
        resources: [
          {
            resourceType: 2,
            resourceName: "has",
            configs: configs.map(([name, configOperation, value]) => ({ name, configOperation, value })),
          },
        ],
      });
    await alter("too long a lag", [["min.compaction.lag.ms", set, "101"]]);
    await alter("a lag that goes", [["min.compaction.lag.ms", set, "100"]]);
    await alter("less than the other", [["max.compaction.lag.ms", set, "99"]]);
    await alter("both at once", [
      ["min.compaction.lag.ms", set, "200"],
      ["max.compaction.lag.ms", set, "200"],
    ]);
    await alter("back to the default", [["max.compaction.lag.ms", unset, null]]);
    await alter("small segments", [["segment.bytes", set, "1000"]]);
    await alter("small segments for tests", [["internal.segment.bytes", set, "1000"]]);
    await talk.settledConfig("has", "internal.segment.bytes", "1000");
    await talk.ask("what is not shown unless it is set", DescribeConfigs, 4, {
      resources: [{ resourceType: 2, resourceName: "has", configurationKeys: ["internal.segment.bytes"] }],
      includeSynonyms: true,
    });
    await alter("no small segments", [["internal.segment.bytes", unset, null]]);
    await alter("what there is not", [["remote.storage.enable", set, "true"]]);
    await alter("malformed replicas", [["leader.replication.throttled.replicas", set, "0:1;2"]]);
    await alter("replicas", [["leader.replication.throttled.replicas", set, "0:1,1:1"]]);
    await alter("an unknown key that goes", [["no.such.key", unset, null]]);
  },
};

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fieldsOf } from "../support/declared-fields.js";
import { repository } from "../support/repository.js";
import { tableUnder } from "../support/tables-of-the-docs.js";

const guide = readFileSync(join(repository, "docs/guides/coming-from-kafkajs.md"), "utf8");
const declarations = readFileSync(
  join(createRequire(import.meta.url).resolve("kafkajs/package.json"), "../types/index.d.ts"),
  "utf8",
);

let broker: ReferenceBroker;
let kafka: Kafka;

beforeAll(async () => {
  broker = await startBroker({ topics: ["a"] });
  kafka = new Kafka({ brokers: broker.bootstrapServers });
});

afterAll(async () => {
  await kafka.close();
  await broker.close();
});

type Given = Readonly<Record<string, unknown>>;

interface Call {
  /** The heading in the guide below which the table of the call's options stands. */
  readonly heading: string;
  /** The names of kafkajs's interfaces that these options are of. */
  readonly interfaces: readonly string[];
  /** Makes the call, with options as JavaScript may give them; without them there is nothing wrong with it. */
  call(options: Given): unknown;
}

const calls: readonly Call[] = [
  {
    heading: "new Kafka({ … })",
    interfaces: ["KafkaConfig"],
    call: (options) => new Kafka({ brokers: broker.bootstrapServers, ...options }),
  },
  {
    heading: "retry: { … }",
    interfaces: ["RetryOptions"],
    call: (options) => new Kafka({ brokers: broker.bootstrapServers, retry: options }),
  },
  {
    heading: "kafka.producer({ … })",
    interfaces: ["ProducerConfig"],
    call: (options) => kafka.producer(options),
  },
  {
    heading: "producer.send({ … })",
    interfaces: ["ProducerRecord"],
    call: (options) => kafka.producer().send({ topic: "a", messages: [], ...options }),
  },
  {
    heading: "producer.send({ messages: [{ … }] })",
    interfaces: ["Message"],
    call: (options) => kafka.producer().send({ topic: "a", messages: [{ value: "v", ...options }] }),
  },
  {
    heading: "producer.sendBatch({ … })",
    interfaces: ["ProducerBatch"],
    call: (options) => kafka.producer().sendBatch({ topicMessages: [], ...options }),
  },
  {
    heading: "kafka.consumer({ … })",
    interfaces: ["ConsumerConfig"],
    call: (options) => kafka.consumer({ groupId: "g", ...options }),
  },
  {
    heading: "consumer.subscribe({ … })",
    interfaces: ["ConsumerSubscribeTopics", "ConsumerSubscribeTopic"],
    call: (options) => kafka.consumer({ groupId: "g" }).subscribe(anything(options)),
  },
  {
    heading: "consumer.run({ … })",
    interfaces: ["ConsumerRunConfig"],
    call: (options) => kafka.consumer({ groupId: "g", ...options }),
  },
  {
    heading: "kafka.admin({ … })",
    interfaces: ["AdminConfig"],
    call: (options) => kafka.admin(anything(options)),
  },
  {
    heading: "admin.createTopics({ … })",
    interfaces: ["createTopics"],
    call: (options) => kafka.admin().createTopics({ topics: [{ topic: "b" }], validateOnly: true, ...options }),
  },
  {
    heading: "admin.createTopics({ topics: [{ … }] })",
    interfaces: ["ITopicConfig"],
    call: (options) => kafka.admin().createTopics({ topics: [{ topic: "b", ...options }], validateOnly: true }),
  },
  {
    heading: "admin.createPartitions({ … })",
    interfaces: ["createPartitions"],
    call: (options) => {
      const topics = [{ topic: "a", partitions: 2 }];
      return kafka.admin().createPartitions({ topics, validateOnly: true, ...options });
    },
  },
  {
    heading: "admin.describeConfigs({ … })",
    interfaces: ["describeConfigs"],
    call: (options) => kafka.admin().describeConfigs({ topics: ["a"], ...options }),
  },
  {
    heading: "admin.alterConfigs({ … })",
    interfaces: ["alterConfigs"],
    call: (options) => {
      const topics = [{ topic: "a", set: { "retention.ms": 1000 } }];
      return kafka.admin().alterConfigs({ topics, validateOnly: true, ...options });
    },
  },
  {
    heading: "admin.fetchOffsets({ … })",
    interfaces: ["fetchOffsets"],
    call: (options) => kafka.admin().listGroupOffsets({ groups: ["g"], ...options }),
  },
  {
    heading: "admin.setOffsets({ … })",
    interfaces: ["setOffsets"],
    call: (options) => kafka.admin().alterGroupOffsets(anything(options)),
  },
  {
    heading: "admin.resetOffsets({ … })",
    interfaces: ["resetOffsets"],
    call: (options) => kafka.admin().resetGroupOffsets({ group: "g", to: "earliest", dryRun: true, ...options }),
  },
  {
    heading: "admin.deleteTopicRecords({ … })",
    interfaces: ["deleteTopicRecords"],
    call: (options) => kafka.admin().deleteRecords(anything(options)),
  },
];

/** Values that kafkajs takes, where they are no numbers. */
const values: Given = {
  ...{ brokers: ["localhost:9092"], clientId: "c", sasl: { mechanism: "plain", username: "u", password: "p" } },
  ...{ ssl: true, retry: { multiplier: 2 }, allowAutoTopicCreation: false, idempotent: true, transactionalId: "t" },
  ...{ acks: -1, topicMessages: [{ topic: "a", messages: [] }], messages: [{ value: "v" }], validateOnly: true },
  ...{ groupId: "g", includeSynonyms: true, rackId: "r", autoCommit: false, topic: "a", topics: ["a"] },
};

/** The same where another call takes another form. */
const valuesOf: Readonly<Record<string, Given>> = {
  "producer.send({ messages: [{ … }] })": {
    ...{ key: "k", value: "v", partition: 0, headers: { trace: "abc" }, timestamp: String(Date.now()) },
  },
  "admin.createTopics({ … })": { topics: [{ topic: "b" }] },
  "admin.createTopics({ topics: [{ … }] })": { topic: "c" },
};

describe.each(calls)("$heading", ({ heading, interfaces, call }) => {
  const rows = tableUnder(guide, `### ${heading}`).map(([theirs = "", ours = ""]) => ({
    name: theirs.replaceAll("`", ""),
    ours,
  }));

  it("has a row for each option that kafkajs declares, and no other", () => {
    const declared = new Set(interfaces.flatMap((name) => fieldsOf(declarations, name)));
    expect(declared.size).toBeGreaterThan(0);
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...declared].toSorted());
  });

  it.each(rows)("$name: $ours", async ({ name, ours }) => {
    const answer = await answerTo(() => call({ [name]: valuesOf[heading]?.[name] ?? values[name] ?? 1 }));
    if (ours === "the same") {
      expect(answer).toBe("");
      return;
    }
    expect(answer).toContain(name);
    expect(answer).toContain(ours.startsWith("no counterpart") ? "has no counterpart" : ours.replaceAll("`", ""));
  });
});

it("numbers of kafkajs's compression types are answered with names", async () => {
  const names = ["none", "gzip", "snappy", "lz4", "zstd"];
  for (const [number, name] of names.entries())
    expect(await answerTo(() => kafka.producer(anything({ compression: number })))).toBe(
      `producer options: compression must be one of "none", "gzip", "snappy", "lz4", "zstd", not ${number}, which is "${name}" here.`,
    );
});

/** What a call is refused with; empty when it is not. */
async function answerTo(call: () => unknown): Promise<string> {
  try {
    await call();
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Types are what JavaScript does not have: there, anything is given to anything. */
function anything(value: unknown): never {
  return value as never;
}

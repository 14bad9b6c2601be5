import { Cluster } from "@moldau/connection-pool";
import { CreateTopics, DescribeConfigs } from "@moldau/protocol-codec";
import { startBroker } from "@moldau/reference-broker";
import { beforeAll, describe, expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";

const missing = missingForApacheKafka();

/** Kafka's numbers of what has configurations. */
const resources = { topic: 2, broker: 4, group: 32 } as const;

type Documentation = ReadonlyMap<string, string>;

describe.skipIf(missing !== undefined)(
  `The documentation of configurations${missing === undefined ? "" : ` (left out: ${missing})`}`,
  () => {
    const theirs: Documentation[] = [];
    const ours: Documentation[] = [];

    beforeAll(async () => {
      await using kafka = await startApacheKafka();
      await using broker = await startBroker();
      for (const type of Object.values(resources)) {
        theirs.push(await documentationIn([kafka.bootstrapServers], type));
        ours.push(await documentationIn(broker.bootstrapServers, type));
      }
    });

    test.each([...Object.keys(resources).entries()])(
      "(%i) of each %s is about what Apache Kafka's begins with",
      (index) => {
        const [wanted, told] = [theirs[index] ?? new Map(), ours[index] ?? new Map()];
        const strangers = [...told]
          .filter(([key]) => wanted.has(key))
          .map(([key, text]) => ({ key, shared: sharedWords(text, wanted.get(key) ?? ""), text }))
          .filter(({ shared }) => shared < 2);
        expect(told.size).toBeGreaterThan(16);
        expect(strangers).toEqual([]);
      },
    );

    test("is a sentence of its own for each key", () => {
      for (const told of ours) {
        for (const [key, text] of told) expect(`${key}: ${text}`).toMatch(/: [A-Z`'"(0-9][^]{20,}[.)]$/u);
        expect(new Set(told.values()).size).toBe(told.size);
      }
    });
  },
);

async function documentationIn(brokers: readonly string[], resourceType: number): Promise<Documentation> {
  await using cluster = new Cluster({ brokers });
  await cluster.connect();
  const topic = { name: "documented", numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  await cluster.request(CreateTopics, { topics: [topic], timeoutMs: 10_000, validateOnly: false });
  const node = cluster.brokers[0]?.nodeId ?? -1;
  const resourceName = resourceType === resources.broker ? String(node) : topic.name;
  const question = { resources: [{ resourceType, resourceName, configurationKeys: null }], includeDocumentation: true };
  const { results } = await cluster.request(DescribeConfigs, question, { node });
  const configs = results.flatMap(({ configs: found }) => found);
  return new Map(configs.map(({ name, documentation }) => [name, documentation ?? ""]));
}

/** How many words that say something both texts have, whatever their endings. */
function sharedWords(ours: string, theirs: string): number {
  const wanted = stems(theirs);
  return [...stems(ours)].filter((stem) => wanted.has(stem)).length;
}

function stems(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[a-z]{4,}/gu) ?? [];
  return new Set(words.filter((word) => !empty.has(word)).map((word) => word.slice(0, 5)));
}

/** Words that say nothing of what a key is about. */
const empty: ReadonlySet<string> = new Set(
  "this that with will when which from into than then what have each other used only value default setting these they their there".split(
    " ",
  ),
);

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { apis } from "@moldau/protocol-codec";
import { startBroker, type BrokerOptions } from "@moldau/reference-broker";
import { handlers } from "@moldau/reference-broker/internal";
import { Kafka, type ConsumerOptions, type ProducerOptions, type SaslOptions } from "moldau";
import { describe, expect, it } from "vitest";
import { spokenByPackage } from "../protocol/supported-apis.js";
import { repository } from "../support/repository.js";
import { tableUnder } from "../support/tables-of-the-docs.js";

/** The table "What is not there yet" of the README, held to the code: what it lists is missing, and nothing else of the protocol is. */
const rows = tableUnder(readFileSync(join(repository, "README.md"), "utf8"), "## What is not there yet").map(
  ([feature = "", client = "", broker = ""]) => ({ feature, client, broker }),
);

const spoken = new Set([...spokenByPackage.values()].flat().map(({ api }) => api.name));
const served = new Set(handlers.map(({ api }) => api.name));
const kafka = new Kafka({ brokers: ["localhost:9092"] });

interface Feature {
  /** The APIs that it needs: where nothing else tells, it has begun to be there with one of them. */
  readonly apis?: readonly string[];
  /** Whether the client has it, where the APIs do not tell. */
  readonly client?: () => boolean | Promise<boolean>;
  /** Whether the broker has it, likewise. */
  readonly broker?: () => boolean | Promise<boolean>;
}

const features: Readonly<Record<string, Feature>> = {
  "Transactions: writing all or nothing": {
    apis: ["AddPartitionsToTxn", "AddOffsetsToTxn", "EndTxn"],
    client: () => isTaken(() => kafka.producer(options<ProducerOptions>({ transactionalId: "t" }))),
  },
  "Transactions: offsets that go with them": { apis: ["TxnOffsetCommit"] },
  "Transactions: looking into them": { apis: ["DescribeTransactions", "ListTransactions"] },
  "Transactions: looking at the producers of a partition": { apis: ["DescribeProducers"] },
  "Groups of the new protocol (KIP-848)": {
    apis: ["ConsumerGroupHeartbeat", "ConsumerGroupDescribe"],
    // The admin speaks both, to look at such groups.
    client: () => isTaken(() => kafka.consumer(options<ConsumerOptions>({ groupId: "g", protocol: "consumer" }))),
  },
  "Share groups (KIP-932), streams groups (KIP-1071)": {
    apis: [
      ...["ShareGroupHeartbeat", "ShareGroupDescribe", "ShareFetch", "ShareAcknowledge"],
      ...["DescribeShareGroupOffsets", "AlterShareGroupOffsets", "DeleteShareGroupOffsets"],
      ...["StreamsGroupHeartbeat", "StreamsGroupDescribe", "StreamsGroupTopologyDescriptionUpdate"],
    ],
  },
  "Reading without a group": {
    client: () => "reader" in kafka || isTaken(() => kafka.consumer(options<ConsumerOptions>({ topics: ["orders"] }))),
  },
  "Handlers that run in parallel, in order by key": {
    client: () => "run" in kafka.consumer({ groupId: "g" }),
  },
  "OAUTHBEARER, GSSAPI, AWS_MSK_IAM": {
    client: () =>
      ["OAUTHBEARER", "GSSAPI", "AWS_MSK_IAM"].some((mechanism) =>
        isTaken(() => {
          const sasl = options<SaslOptions>({ mechanism, username: "u", password: "p" });
          return new Kafka({ brokers: ["localhost:9092"], sasl });
        }),
      ),
    broker: async () => {
      for (const mechanism of ["OAUTHBEARER", "GSSAPI", "AWS_MSK_IAM"]) {
        const users = [{ username: "u", password: "p" }];
        const sasl = { users, mechanisms: [mechanism] };
        const broker = await startBroker(options<BrokerOptions>({ sasl })).catch((error: unknown) => {
          expect(String(error)).toContain(mechanism);
        });
        if (broker === undefined) continue;
        await broker.close();
        return true;
      }
      return false;
    },
  },
  "A replication factor above 1": {
    broker: async () => {
      const broker = await startBroker({ brokers: 2 });
      const client = new Kafka({ brokers: broker.bootstrapServers });
      try {
        const [created] = await client.admin().createTopics({ topics: [{ topic: "a", replicationFactor: 2 }] });
        return created?.error === undefined;
      } finally {
        await client.close();
        await broker.close();
      }
    },
  },
  "Compaction of topics": { broker: () => !/compaction .*not written yet/.test(leftOut) },
  "Access rules, quotas, delegation tokens, SCRAM users by request": {
    apis: [
      ...["DescribeAcls", "CreateAcls", "DeleteAcls", "DescribeClientQuotas", "AlterClientQuotas"],
      ...["CreateDelegationToken", "RenewDelegationToken", "ExpireDelegationToken", "DescribeDelegationToken"],
      ...["DescribeUserScramCredentials", "AlterUserScramCredentials"],
    ],
  },
  "Elections, reassignments, log directories, features, the quorum": {
    apis: [
      ...["ElectLeaders", "AlterPartitionReassignments", "ListPartitionReassignments", "AlterReplicaLogDirs"],
      ...["DescribeLogDirs", "UpdateFeatures", "DescribeQuorum", "AddRaftVoter", "RemoveRaftVoter"],
      ...["UnregisterBroker", "UnregisterController"],
    ],
  },
  "Client metrics for brokers (KIP-714)": {
    apis: ["GetTelemetrySubscriptions", "PushTelemetry", "ListConfigResources"],
    // What lists configurations is there for groups, too.
    client: () => spoken.has("GetTelemetrySubscriptions"),
    broker: () => served.has("GetTelemetrySubscriptions"),
  },
};

/** What no application misses: brokers ask it of each other, or another API does the same. */
const neverMissed: ReadonlySet<string> = new Set([
  ...["WriteTxnMarkers", "InitializeShareGroupState", "ReadShareGroupState", "WriteShareGroupState"],
  ...["DeleteShareGroupState", "ReadShareGroupStateSummary"],
  // IncrementalAlterConfigs and Metadata are asked instead.
  ...["AlterConfigs", "DescribeTopicPartitions", "DescribeCluster"],
]);

const leftOut = readFileSync(join(repository, "packages/reference-broker/src/skipped.md"), "utf8").replaceAll(
  "\n",
  " ",
);

describe.each(rows)("$feature", ({ feature, client, broker }) => {
  it("is known to this test", () => {
    expect(Object.keys(features)).toContain(feature);
  });

  it(`client: ${client}`, async () => {
    expect(client === "missing").toBe(await isMissing(features[feature]?.client, feature, spoken));
  });

  it(`broker: ${broker}`, async () => {
    expect(broker === "missing").toBe(await isMissing(features[feature]?.broker, feature, served));
  });
});

describe("the comparison with other clients", () => {
  const readme = readFileSync(join(repository, "README.md"), "utf8");
  const ours = new Map(tableUnder(readme, "## Why this one").map(([subject = "", moldau = ""]) => [subject, moldau]));

  it.each([
    ["Transactions", "Transactions: writing all or nothing"],
    ["Cooperative rebalancing (KIP-429)", "Cooperative rebalancing (KIP-429)"],
    ["Groups of the new protocol (KIP-848)", "Groups of the new protocol (KIP-848)"],
  ])("says no of what Moldau lacks, and only of that: %s", async (subject, feature) => {
    expect(ours.get(subject) === "**no**").toBe(await isMissing(features[feature]?.client, feature, spoken));
  });

  it("names the versions that are measured and tried out here", () => {
    const { devDependencies } = JSON.parse(readFileSync(join(repository, "test/package.json"), "utf8")) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    const versionOf = (name: string): string => devDependencies[name]?.split("@").at(-1) ?? "not installed";
    const heading = /^\| \| Moldau \|.*@platformatic.*$/m.exec(readme)?.[0];
    expect(heading).toContain(`kafkajs ${versionOf("kafkajs")} |`);
    expect(heading).toContain(
      `@platformatic/kafka ${versionOf("platformatic-kafka-1")}, ${versionOf("platformatic-kafka-2")} |`,
    );
  });
});

describe("the guide for those who come from kafkajs", () => {
  const guide = readFileSync(join(repository, "docs/guides/coming-from-kafkajs.md"), "utf8");
  const lacking = [
    ["`producer.transaction()`, `sendOffsets`", "Transactions: writing all or nothing"],
    ["`partitionsConsumedConcurrently`", "Handlers that run in parallel, in order by key"],
    ['`sasl: { mechanism: "aws" }`, `"oauthbearer"`', "OAUTHBEARER, GSSAPI, AWS_MSK_IAM"],
    ["Access rules in the admin", "Access rules, quotas, delegation tokens, SCRAM users by request"],
    ["Reassignments in the admin", "Elections, reassignments, log directories, features, the quorum"],
  ] as const;

  it("lists what kafkajs has and Moldau lacks, and nothing else", async () => {
    const missing: string[] = [];
    for (const [subject, feature] of lacking)
      if (await isMissing(features[feature]?.client, feature, spoken)) missing.push(subject);
    expect(tableUnder(guide, "## Not there yet").map(([subject]) => subject)).toEqual(missing);
  });
});

describe("the list of what is missing", () => {
  it("lists nothing that client and broker both have", () => {
    expect(rows.filter(({ client, broker }) => client !== "missing" && broker !== "missing")).toEqual([]);
  });

  it.each([
    ["client", spoken],
    ["broker", served],
  ] as const)("covers every API that the %s does not speak", (side, has) => {
    const listed = new Set(rows.flatMap((row) => (row[side] === "missing" ? (features[row.feature]?.apis ?? []) : [])));
    const lacking = apis.map(({ name }) => name).filter((name) => !has.has(name) && !neverMissed.has(name));
    expect(lacking.filter((name) => !listed.has(name))).toEqual([]);
  });

  it("knows all features that it could list", () => {
    const named = Object.values(features).flatMap((feature) => feature.apis ?? []);
    const all = new Set(apis.map(({ name }) => name));
    expect(named.filter((name) => !all.has(name))).toEqual([]);
  });
});

/** Whether one side lacks a feature, by what tells of it there, or by its APIs. What nothing tells of is not missing. */
async function isMissing(has: Feature["client"], feature: string, there: ReadonlySet<string>): Promise<boolean> {
  if (has !== undefined) return !(await has());
  const needed = features[feature]?.apis ?? [];
  return needed.length > 0 && !needed.some((name) => there.has(name));
}

function isTaken(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}

/** Options as a later version may take them. */
function options<Options>(given: object): Options {
  return given as Options;
}

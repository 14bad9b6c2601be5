import { DescribeConfigs, IncrementalAlterConfigs, ListConfigResources } from "@moldau/protocol-codec";
import { pause } from "../../support/group-dialogue.js";
import type { ProtocolDialogue } from "../../support/protocol-dialogue.js";

const resourceType = 32;
const operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

type Setting = readonly [name: string, value: string | null, configOperation?: number];

/** Values around the borders of each key, and some that are none. */
const tried: Readonly<Record<string, readonly string[]>> = {
  "consumer.assignment.interval.ms": ["-1", "0", "15000", "15001", "x"],
  "consumer.heartbeat.interval.ms": ["0", "4999", "5000", "15000", "15001", "", "5e3"],
  "consumer.session.timeout.ms": ["0", "44999", "45000", "60000", "60001", "2147483648", " 45000 "],
  "share.assignment.interval.ms": ["-1", "0", "15000", "15001"],
  "share.auto.offset.reset": [
    ...["earliest", "LATEST", "none", "", "by_duration:PT1H", "by_duration:P1DT2H3M4.5S", "by_duration:-PT1H"],
    ...["by_duration:PT-1H", "by_duration:P", "by_duration:PT", "by_duration:", "by_duration:1h", "by_duration:P1Y"],
    ...["by_duration:PT0S", "BY_DURATION:pt1h", " earliest "],
  ],
  "share.delivery.count.limit": ["1", "2", "10", "11"],
  "share.heartbeat.interval.ms": ["4999", "5000", "15000", "15001"],
  "share.isolation.level": ["read_committed", "read_uncommitted", "READ_COMMITTED", ""],
  "share.partition.max.record.locks": ["99", "100", "4000", "4001"],
  "share.record.lock.duration.ms": ["999", "14999", "15000", "60000", "60001"],
  "share.renew.acknowledge.enable": ["true", "FALSE", "yes"],
  "share.session.timeout.ms": ["44999", "45000", "60000", "60001"],
  "streams.assignment.interval.ms": ["-1", "0", "15000", "15001"],
  "streams.heartbeat.interval.ms": ["4999", "5000", "15000", "15001"],
  "streams.initial.rebalance.delay.ms": ["-1", "0", "2147483647"],
  "streams.num.standby.replicas": ["-1", "0", "2", "3"],
  "streams.session.timeout.ms": ["44999", "45000", "60000", "60001"],
  "group.consumer.session.timeout.ms": ["45000"],
};

/** Talks about the configurations of groups, which need not exist. */
export const groupConfigDialogues: Readonly<Record<string, (talk: ProtocolDialogue) => Promise<void>>> = {
  "what a group can be configured with": async (talk) => {
    for (const version of [1, 4]) {
      for (const name of ["nobody's", ""]) {
        await talk.ask(`all of ${JSON.stringify(name)}`, DescribeConfigs, version, {
          resources: [{ resourceType, resourceName: name, configurationKeys: null }],
          includeSynonyms: true,
        });
      }
    }
    await talk.ask("one key, and one that is none", DescribeConfigs, 4, {
      resources: [
        { resourceType, resourceName: "g", configurationKeys: ["consumer.session.timeout.ms", "session.timeout.ms"] },
      ],
    });
  },

  "values for the configuration of a group": async (talk) => {
    for (const [name, values] of Object.entries(tried)) {
      for (const value of values) {
        await alter(talk, `${name}=${JSON.stringify(value)}`, [[name, value]]);
        await talk.quietly(IncrementalAlterConfigs, 1, change([[name, null, operation.delete]]));
      }
    }
    await alter(talk, "an unknown key", [["session.timeout.ms", "45000"]]);
    await alter(talk, "no value", [["consumer.session.timeout.ms", null]]);
    await alter(talk, "appending", [["consumer.session.timeout.ms", "50000", operation.append]]);
    await alter(talk, "subtracting", [["consumer.session.timeout.ms", "50000", operation.subtract]]);
    await alter(talk, "deleting an unknown key", [["session.timeout.ms", null, operation.delete]]);
    await alter(talk, "a key twice", [
      ["consumer.session.timeout.ms", "50000"],
      ["consumer.session.timeout.ms", "50001"],
    ]);
    await alter(talk, "one good, one bad", [
      ["consumer.session.timeout.ms", "50000"],
      ["consumer.heartbeat.interval.ms", "1"],
    ]);
    await alter(talk, "no group", [["consumer.session.timeout.ms", "50000"]], { group: "" });
    await described(talk, "nothing of that is kept");
  },

  "configuring a group": async (talk) => {
    await talk.topic("listed");
    for (const version of [0, 1]) {
      await talk.ask("only checking", IncrementalAlterConfigs, version, {
        ...change([["consumer.session.timeout.ms", "50000"]]),
        validateOnly: true,
      });
    }
    await described(talk, "as it was");
    await alter(talk, "two keys", [
      ["consumer.session.timeout.ms", "50000"],
      ["consumer.heartbeat.interval.ms", "6000"],
    ]);
    await settled(talk, "consumer.heartbeat.interval.ms", "6000");
    await described(talk, "as it is");
    await listed(talk);
    await alter(talk, "one of them back", [["consumer.heartbeat.interval.ms", null, operation.delete]]);
    await settled(talk, "consumer.heartbeat.interval.ms", "5000");
    await described(talk, "one is left");
    await alter(talk, "the default by name", [["consumer.session.timeout.ms", "45000"]]);
    await settled(talk, "consumer.session.timeout.ms", "45000");
    await described(talk, "the default by name");
    await alter(talk, "none is left", [["consumer.session.timeout.ms", null, operation.delete]]);
    await settled(talk, "consumer.session.timeout.ms", undefined);
    await described(talk, "none is left");
    await listed(talk);
  },
};

const group = "configured";

function change(settings: readonly Setting[], resourceName = group) {
  const configs = settings.map(([name, value, configOperation = operation.set]) => ({ name, value, configOperation }));
  return { resources: [{ resourceType, resourceName, configs }], validateOnly: false };
}

/** Alters, and writes down the sentence too: what is wrong with a value is said in it alone. */
async function alter(
  talk: ProtocolDialogue,
  what: string,
  settings: readonly Setting[],
  { group: name = group }: { readonly group?: string } = {},
): Promise<void> {
  const { responses } = await talk.quietly(IncrementalAlterConfigs, 1, change(settings, name));
  const told = responses.map(({ errorCode, errorMessage }) => `${errorCode}: ${errorMessage}`);
  talk.note(`IncrementalAlterConfigs 1: ${what}`, told);
}

async function described(talk: ProtocolDialogue, what: string): Promise<void> {
  const configurationKeys = ["consumer.session.timeout.ms", "consumer.heartbeat.interval.ms"];
  await talk.ask(what, DescribeConfigs, 4, {
    resources: [{ resourceType, resourceName: group, configurationKeys }],
    includeSynonyms: true,
  });
}

async function listed(talk: ProtocolDialogue): Promise<void> {
  await talk.ask("client metrics", ListConfigResources, 0, {});
  for (const resourceTypes of [[], [32], [32, 16], [2], [4], [8], [99], [0], [32, 99], [32, 32]]) {
    const { errorCode, configResources } = await talk.quietly(ListConfigResources, 1, { resourceTypes });
    // Whether Kafka's own topics are there by now depends on the talks before.
    const told = configResources
      .filter(({ resourceName }) => !resourceName.startsWith("__"))
      .map(({ resourceType: type, resourceName }) => `${type} ${resourceName}`);
    talk.note(`ListConfigResources 1: ${resourceTypes.join()}`, { errorCode, told });
  }
}

/** Waits until a change has come to the broker that describes it. */
async function settled(talk: ProtocolDialogue, key: string, value: string | undefined): Promise<void> {
  for (;;) {
    const { results } = await talk.quietly(DescribeConfigs, 4, {
      resources: [{ resourceType, resourceName: group, configurationKeys: [key] }],
    });
    const [config] = results[0]?.configs ?? [];
    if (value === undefined ? config?.configSource !== 8 : config?.value === value) return;
    await pause(20);
  }
}

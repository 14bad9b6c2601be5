import { Admin } from "@moldau/admin";
import {
  ApiVersions,
  DescribeConfigs,
  IncrementalAlterConfigs,
  ListConfigResources,
  ListGroups,
} from "@moldau/protocol-codec";
import { afterEach, beforeEach, expect, it } from "vitest";
import { closeAll, failureOf, newCluster } from "../support/connecting.js";
import { allVersions, ScriptedBroker } from "../support/scripted-broker.js";

let broker: ScriptedBroker;
let admin: Admin;

beforeEach(async () => {
  broker = await ScriptedBroker.start();
  admin = new Admin(newCluster([broker]));
});
afterEach(async () => {
  await closeAll();
  await broker.close();
});

it("describes what is configured for groups, beside topics", async () => {
  broker.on(DescribeConfigs, ({ resources }) => ({
    results: resources.map(({ resourceType, resourceName }) => ({
      ...{ resourceType, resourceName, errorMessage: null },
      configs: [{ name: "consumer.session.timeout.ms", value: "60000", configSource: 8, configType: 3 }],
    })),
  }));
  const configs = {
    "consumer.session.timeout.ms": {
      ...{ value: "60000", source: "DYNAMIC_GROUP_CONFIG", type: "INT", isReadOnly: false, isSensitive: false },
    },
  };
  expect(await admin.describeConfigs({ topics: ["billing"], groups: ["billing"] })).toEqual([
    { topic: "billing", configs },
    { group: "billing", configs },
  ]);
  expect(broker.seen("DescribeConfigs")[0]?.body).toMatchObject({
    resources: [{ resourceType: 2 }, { resourceType: 32, resourceName: "billing" }],
  });
});

it("changes what is configured for groups, and says of which a change was refused", async () => {
  broker.on(IncrementalAlterConfigs, ({ resources }) => ({
    responses: resources.map(({ resourceType, resourceName }) => ({
      ...{ resourceType, resourceName },
      ...(resourceName === "bad" ? { errorCode: 40, errorMessage: "too short" } : { errorMessage: null }),
    })),
  }));
  const results = await admin.alterConfigs({
    groups: [
      { group: "billing", set: { "consumer.session.timeout.ms": 60_000 } },
      { group: "bad", delete: ["consumer.heartbeat.interval.ms"] },
    ],
  });
  expect(results).toMatchObject([{ group: "billing" }, { group: "bad", error: { code: "INVALID_CONFIG" } }]);
  expect(results[1]?.error).toMatchObject({ groupId: "bad" });
  expect(broker.seen("IncrementalAlterConfigs")[0]?.body).toMatchObject({
    resources: [
      { resourceType: 32, configs: [{ configOperation: 0, value: "60000" }] },
      { resourceType: 32, configs: [{ configOperation: 1, value: null }] },
    ],
  });
});

it("lists what has configurations, by kind and name", async () => {
  broker.on(ListConfigResources, () => ({
    configResources: [
      { resourceType: 32, resourceName: "b" },
      { resourceType: 2, resourceName: "t" },
      { resourceType: 32, resourceName: "a" },
      { resourceType: 64, resourceName: "?" },
    ],
  }));
  expect(await admin.listConfigResources({ types: ["group", "topic"] })).toEqual([
    { type: "group", name: "a" },
    { type: "group", name: "b" },
    { type: "topic", name: "t" },
    { type: "unknown", name: "?" },
  ]);
  expect(broker.seen("ListConfigResources")[0]?.body).toEqual(expect.objectContaining({ resourceTypes: [32, 2] }));
});

it("lists of brokers before 4.1 what they can list, and says so of all else", async () => {
  broker.on(ApiVersions, () => allVersions({ ListConfigResources: { max: 0 } }));
  broker.on(ListConfigResources, () => ({ configResources: [{ resourceName: "latency" }] }));
  expect(await admin.listConfigResources({ types: ["clientMetrics"] })).toEqual([
    { type: "clientMetrics", name: "latency" },
  ]);
  for (const options of [{}, { types: ["group"] }] as const) {
    const error = await failureOf(admin.listConfigResources(options));
    expect(error.message).toContain("needs brokers of Apache Kafka 4.1 or newer");
  }
});

it("lists groups of a protocol type, for which brokers have no filter", async () => {
  broker.on(ListGroups, () => ({
    groups: [
      { groupId: "c", protocolType: "connect", groupState: "Stable", groupType: "classic" },
      { groupId: "b", protocolType: "consumer", groupState: "Stable", groupType: "consumer" },
      { groupId: "a", protocolType: "", groupState: "Empty", groupType: "classic" },
    ],
  }));
  const names = async (protocolTypes?: readonly string[]) =>
    (await admin.listGroups({ ...(protocolTypes === undefined ? {} : { protocolTypes }) })).groups.map(
      ({ group }) => group,
    );
  expect(await names()).toEqual(["a", "b", "c"]);
  expect(await names(["consumer", ""])).toEqual(["a", "b"]);
  expect(await names(["connect"])).toEqual(["c"]);
});

it.each([
  [
    "listConfigResources",
    'must be one of "topic", "broker", "brokerLogger", "clientMetrics", "group"',
    { types: [32] },
  ],
  ["listConfigResources", '"group" twice', { types: ["group", "group"] }],
  ["alterConfigs", "changes nothing", { groups: [{ group: "g" }] }],
  ["alterConfigs", '{ group: "billing", set: { "consumer.session.timeout.ms": 60_000 } }', { groups: ["g"] }],
  ["alterConfigs", '"g" twice', { groups: [1, 2].map((value) => ({ group: "g", set: { a: value } })) }],
  ["describeConfigs", '"g" twice', { groups: ["g", "g"] }],
  ["listGroups", "protocolTypes[0] must be a text", { protocolTypes: [1] }],
] as const)("%s refuses at the call: %s", async (operation, reason, options) => {
  const error = await failureOf(admin[operation](options as never));
  expect(error.code).toBe("CLIENT_INVALID_ARGUMENT");
  expect(error.message).toContain(reason);
  expect(broker.accepted).toBe(0);
});

import { Admin } from "@moldau/admin";
import {
  ApiVersions,
  ConsumerGroupDescribe,
  ConsumerGroupHeartbeat,
  DescribeGroups,
  FindCoordinator,
  LeaveGroup,
} from "@moldau/protocol-codec";
import { afterEach, beforeEach, expect, it } from "vitest";
import { closeAll, failureOf, newCluster } from "../support/connecting.js";
import { allVersions, ScriptedBroker, silence } from "../support/scripted-broker.js";

/** The group "g" is classic and has two members; "modern" is of the next generation and has a member of each protocol. */
const classic = [
  { memberId: "m-1", clientId: "app", clientHost: "/10.0.0.1" },
  { memberId: "m-2", groupInstanceId: "till", clientId: "app", clientHost: "/10.0.0.2" },
];
const nothing = { topicPartitions: [] };
const modern = [
  { memberId: "n-1", memberType: 1 },
  { memberId: "n-2", memberType: 1, instanceId: "desk" },
  { memberId: "n-3", memberType: 0 },
].map((member) => ({
  ...{ ...member, memberEpoch: 3, clientId: "app", clientHost: "/10.0.0.3" },
  ...{ subscribedTopicNames: ["t"], assignment: nothing, targetAssignment: nothing },
}));

let broker: ScriptedBroker;
let admin: Admin;

beforeEach(async () => {
  broker = await ScriptedBroker.start();
  admin = new Admin(newCluster([broker]));
  broker.on(FindCoordinator, ({ coordinatorKeys }, { version }) => {
    const here = { nodeId: 7, host: "127.0.0.1", port: broker.port };
    return version < 4 ? here : { coordinators: coordinatorKeys.map((key) => ({ key, ...here })) };
  });
  broker.on(ConsumerGroupDescribe, ({ groupIds }) => ({
    groups: groupIds.map((groupId) =>
      groupId === "modern"
        ? { groupId, groupState: "Stable", groupEpoch: 3, assignmentEpoch: 3, assignorName: "uniform", members: modern }
        : { groupId, errorCode: 69 },
    ),
  }));
  broker.on(DescribeGroups, ({ groups }) => ({
    groups: groups.map((groupId) =>
      groupId === "g"
        ? { groupId, groupState: "Stable", protocolType: "consumer", protocolData: "range", members: classic }
        : { groupId, errorCode: 69 },
    ),
  }));
  broker.on(LeaveGroup, ({ groupId, memberId, members }, { version }) => {
    const known = groupId === "g" ? ["m-1", "m-2"] : groupId === "modern" ? ["n-3"] : [];
    if (version < 3) return { errorCode: known.includes(memberId) ? 0 : 25 };
    return {
      members: members.map((member) => ({
        ...member,
        errorCode: known.includes(member.memberId) || (groupId === "g" && member.groupInstanceId === "till") ? 0 : 25,
      })),
    };
  });
  broker.on(ConsumerGroupHeartbeat, ({ memberId }) => ({ memberId, memberEpoch: -1, heartbeatIntervalMs: 5000 }));
});
afterEach(async () => {
  await closeAll();
  await broker.close();
});

const bodies = (name: string): readonly unknown[] => broker.seen(name).map(({ body }) => body);

it("removes members by their ids and names in one request, and tells of the one that is not there", async () => {
  const members = [{ memberId: "m-1" }, { groupInstanceId: "till" }, { memberId: "m-9" }];
  const results = await admin.removeGroupMembers({ group: "g", members, reason: "broken" });
  expect(results).toMatchObject([
    { memberId: "m-1" },
    { groupInstanceId: "till" },
    { memberId: "m-9", error: { code: "UNKNOWN_MEMBER_ID", groupId: "g" } },
  ]);
  expect(results.map(({ error }) => error?.code)).toEqual([undefined, undefined, "UNKNOWN_MEMBER_ID"]);
  const reason = "member was removed by an admin: broken";
  expect(bodies("LeaveGroup")).toMatchObject([
    {
      groupId: "g",
      members: [
        { memberId: "m-1", groupInstanceId: null, reason },
        { memberId: "", groupInstanceId: "till", reason },
        { memberId: "m-9", groupInstanceId: null, reason },
      ],
    },
  ]);
  expect(bodies("ConsumerGroupHeartbeat")).toEqual([]);
});

it("removes all that there are, static ones by their names", async () => {
  expect(await admin.removeGroupMembers({ group: "g", members: "all" })).toMatchObject([
    { memberId: "m-1" },
    { groupInstanceId: "till" },
  ]);
  expect(bodies("LeaveGroup")).toMatchObject([
    { members: [{ memberId: "m-1" }, { memberId: "", groupInstanceId: "till" }] },
  ]);
});

it("lets members of the next generation leave by a heartbeat, since LeaveGroup does not know them", async () => {
  const members = [{ memberId: "n-1" }, { groupInstanceId: "desk" }, { memberId: "n-3" }, { memberId: "n-9" }];
  const results = await admin.removeGroupMembers({ group: "modern", members });
  expect(results.map(({ memberId, groupInstanceId, error }) => [memberId ?? groupInstanceId, error?.code])).toEqual([
    ["n-1", undefined],
    ["desk", undefined],
    ["n-3", undefined],
    ["n-9", "UNKNOWN_MEMBER_ID"],
  ]);
  expect(bodies("ConsumerGroupHeartbeat")).toMatchObject([
    { groupId: "modern", memberId: "n-1", memberEpoch: -1, instanceId: null },
    { groupId: "modern", memberId: "n-2", memberEpoch: -1, instanceId: "desk" },
  ]);
});

it("tells why such a member could not be removed", async () => {
  broker.on(ConsumerGroupHeartbeat, () => ({ errorCode: 30, errorMessage: "not by you" }));
  const [result] = await admin.removeGroupMembers({ group: "modern", members: [{ memberId: "n-1" }] });
  expect(result).toMatchObject({ memberId: "n-1", error: { code: "GROUP_AUTHORIZATION_FAILED" } });
});

it("asks the new coordinator when the group has moved, and passes on what is refused as a whole", async () => {
  broker.on(LeaveGroup, ({ members }) => (broker.seen("LeaveGroup").length === 1 ? { errorCode: 16 } : { members }));
  expect(await admin.removeGroupMembers({ group: "g", members: [{ memberId: "m-1" }] })).toEqual([{ memberId: "m-1" }]);
  expect(broker.seen("FindCoordinator")).toHaveLength(2);
  broker.on(LeaveGroup, () => ({ errorCode: 30 }));
  const results = await admin.removeGroupMembers({ group: "g", members: [{ memberId: "m-1" }, { memberId: "m-2" }] });
  expect(results.map(({ error }) => error?.code)).toEqual(["GROUP_AUTHORIZATION_FAILED", "GROUP_AUTHORIZATION_FAILED"]);
});

it("does not remove twice what may have been removed", async () => {
  broker.on(LeaveGroup, (_, { socket }) => {
    socket.destroy();
    return silence;
  });
  const error = await failureOf(admin.removeGroupMembers({ group: "g", members: [{ groupInstanceId: "till" }] }));
  expect(error).toMatchObject({ code: "CLIENT_CONNECTION_CLOSED", written: true });
  expect(broker.seen("LeaveGroup")).toHaveLength(1);
});

it("removes from older brokers one after the other, and says that they know no names", async () => {
  broker.on(ApiVersions, () =>
    allVersions({ LeaveGroup: { max: 2 }, FindCoordinator: { max: 3 }, ConsumerGroupDescribe: null }),
  );
  const members = [{ memberId: "m-1" }, { memberId: "m-9" }, { memberId: "m-2" }];
  const results = await admin.removeGroupMembers({ group: "g", members, reason: "never heard" });
  expect(results.map(({ error }) => error?.code)).toEqual([undefined, "UNKNOWN_MEMBER_ID", undefined]);
  const error = await failureOf(admin.removeGroupMembers({ group: "g", members: [{ groupInstanceId: "till" }] }));
  expect(error.code).toBe("UNSUPPORTED_VERSION");
  expect(error.message).toContain("removing a member by groupInstanceId needs brokers of Apache Kafka 2.4");
});

it.each(["all", [{ memberId: "m-1" }]] as const)("says that there is no such group: %j", async (members) => {
  const error = await failureOf(admin.removeGroupMembers({ group: "none", members }));
  expect(error).toMatchObject({ code: "GROUP_ID_NOT_FOUND", groupId: "none" });
});

it("keeps a long reason within what brokers take", async () => {
  await admin.removeGroupMembers({ group: "g", members: [{ memberId: "m-1" }], reason: "x".repeat(1000) });
  const [{ members }] = bodies("LeaveGroup") as [{ members: [{ reason: string }] }];
  expect(members[0].reason).toHaveLength(255);
});

it.each([
  [{ members: "all" }, "group is missing"],
  [{ group: "g" }, "members is missing"],
  [{ group: "g", members: [] }, 'must be "all", or an array such as [{ groupInstanceId: "till-1" }]'],
  [{ group: "g", members: ["m-1"] }, "members[0] must be an object such as"],
  [{ group: "g", members: [{}] }, "members[0] must name a member in one way"],
  [{ group: "g", members: [{ memberId: "a", groupInstanceId: "b" }] }, "members[0] must name a member in one way"],
  [{ group: "g", members: [{ memberId: "a" }, { memberId: "a" }] }, '"memberId a" twice'],
  [{ group: "g", members: [{ instanceId: "a" }] }, 'unknown option "instanceId"'],
] as const)("refuses %j at the call", async (options, reason) => {
  const error = await failureOf(admin.removeGroupMembers(options as never));
  expect(error.code).toBe("CLIENT_INVALID_ARGUMENT");
  expect(error.message).toContain(reason);
  expect(broker.accepted).toBe(0);
});

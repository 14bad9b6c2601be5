import { encodeAssignment } from "@moldau/protocol-codec";
import { Kafka, type Admin, type DescribedGroup } from "moldau";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DialogueClient } from "./group-dialogue.js";
import { RawConnection } from "./raw-connection.js";

/** A broker of node id 1, whichever it is. */
export interface BrokerWithGroups {
  /** `host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

const orders = [0, 1, 2].map((partition) => ({ topic: "orders", partition }));

/**
 * Declares tests of the admin on groups of the classic protocol: "tills" with two static members and a dynamic one, who do not come back when
 * they are removed; "resting" with offsets and no member.
 */
export function testAdminOnClassicGroups(start: () => Promise<BrokerWithGroups>): void {
  let broker: BrokerWithGroups;
  let kafka: Kafka;
  let admin: Admin;
  const members: DialogueClient[] = [];

  beforeAll(async () => {
    broker = await start();
    kafka = new Kafka({ brokers: [broker.address] });
    admin = kafka.admin();
    await admin.createTopics({ topics: [{ topic: "orders", partitions: 3 }] });
    await kafka
      .producer()
      .send({ topic: "orders", messages: [0, 1, 2].map((partition) => ({ partition, value: "v" })) });
    await admin.alterGroupOffsets({ group: "resting", offsets: orders.map((each) => ({ ...each, offset: 0n })) });
    for (const name of ["till-1", "till-2", undefined])
      members.push(await memberOf(broker.address, { group: "tills", name }));
    await joinTogether(members);
  }, 120_000);
  afterAll(async () => {
    for (const { connection } of members) connection.close();
    await kafka.close();
    await broker.close();
  });

  const described = async (group: string): Promise<DescribedGroup | undefined> =>
    (await admin.describeGroups({ groups: [group], includeAuthorizedOperations: true }))[0];

  test("describes members, what they read, and what the user may do", async () => {
    const tills = await described("tills");
    expect(tills).toMatchObject({
      ...{ group: "tills", type: "classic", state: "Stable", protocolType: "consumer", protocol: "range" },
      coordinator: 1,
    });
    expect(tills?.authorizedOperations).toEqual(allowedOnGroups);
    expect(tills?.members).toHaveLength(3);
    for (const [index, { memberId, groupInstanceId }] of members.entries())
      expect(tills?.members.find((member) => member.memberId === memberId)).toMatchObject({
        ...(groupInstanceId === null ? {} : { groupInstanceId }),
        topics: ["orders"],
        assignment: [{ topic: "orders", partitions: [index] }],
      });
    expect(await described("resting")).toMatchObject({
      type: "classic",
      state: "Empty",
      protocolType: "",
      members: [],
    });
    expect(await described("none")).toMatchObject({ error: { code: "GROUP_ID_NOT_FOUND" } });
  });

  const names = async (options: Parameters<Admin["listGroups"]>[0]): Promise<readonly string[]> =>
    (await admin.listGroups(options)).groups.map(({ group }) => group);

  test("lists groups by state, type and protocol type", async () => {
    expect(await names({})).toEqual(["resting", "tills"]);
    expect(await names({ states: ["Stable"] })).toEqual(["tills"]);
    expect(await names({ states: ["Empty", "Dead"] })).toEqual(["resting"]);
    expect(await names({ types: ["classic"] })).toEqual(["resting", "tills"]);
    expect(await names({ types: ["consumer"] })).toEqual([]);
    expect(await names({ protocolTypes: ["consumer"] })).toEqual(["tills"]);
    expect(await names({ protocolTypes: [""] })).toEqual(["resting"]);
  });

  test("lists the offsets of many groups, stable ones where asked for", async () => {
    const asked = { groups: ["resting", "tills", "none"], requireStable: true };
    expect(await admin.listGroupOffsets(asked)).toEqual([
      { group: "resting", offsets: orders.map((each) => ({ ...each, offset: 0n })) },
      { group: "tills", offsets: [] },
      { group: "none", offsets: [] },
    ]);
  });

  test("leaves a group where it is, and begins at the end where it has read nothing", async () => {
    await admin.deleteGroupOffsets({ group: "resting", partitions: orders.slice(2) });
    const reset = { group: "resting", topics: ["orders"], to: "current" } as const;
    const expected = [0n, 0n, 1n];
    expect((await admin.resetGroupOffsets({ ...reset, dryRun: true })).map(({ offset }) => offset)).toEqual(expected);
    const [before] = await admin.listGroupOffsets({ groups: ["resting"] });
    expect(before?.offsets).toHaveLength(2);
    expect((await admin.resetGroupOffsets(reset)).map(({ offset }) => offset)).toEqual(expected);
    const [after] = await admin.listGroupOffsets({ groups: ["resting"] });
    expect(after?.offsets.map(({ offset }) => offset)).toEqual(expected);
  });

  test("removes a static member by its name, a dynamic one by its id, and tells of one that is not there", async () => {
    const [first, second, third] = members.map(({ memberId }) => memberId);
    const results = await admin.removeGroupMembers({
      group: "tills",
      members: [{ groupInstanceId: "till-1" }, { memberId: third ?? "" }, { groupInstanceId: "till-9" }],
      reason: "they are broken",
    });
    expect(results.map(({ error }) => error?.code)).toEqual([undefined, undefined, "UNKNOWN_MEMBER_ID"]);
    const left = await described("tills");
    expect(left?.members.map(({ memberId }) => memberId)).toEqual([second]);
    expect(await members[0]?.heartbeat()).toMatchObject({ errorCode: 25 });
    expect(first).not.toBe(second);
  });

  test("removes all members, and says that there is no such group", async () => {
    expect(await admin.removeGroupMembers({ group: "tills", members: "all" })).toEqual([{ groupInstanceId: "till-2" }]);
    expect(await described("tills")).toMatchObject({ state: "Empty", members: [] });
    expect(await admin.removeGroupMembers({ group: "tills", members: "all" })).toEqual([]);
    await expect(admin.removeGroupMembers({ group: "none", members: "all" })).rejects.toMatchObject({
      code: "GROUP_ID_NOT_FOUND",
    });
    await expect(
      admin.removeGroupMembers({ group: "none", members: [{ groupInstanceId: "till-1" }] }),
    ).rejects.toMatchObject({ code: "GROUP_ID_NOT_FOUND" });
  });
}

/** What a user may do with a group where there are no access rules. */
const allowedOnGroups = ["READ", "DELETE", "DESCRIBE", "DESCRIBE_CONFIGS", "ALTER_CONFIGS"];

interface MemberToBe {
  readonly group: string;
  /** The name of a static member. */
  readonly name: string | undefined;
}

async function memberOf(address: string, { group, name }: MemberToBe): Promise<DialogueClient> {
  const client = new DialogueClient(await RawConnection.open(address, name ?? "dynamic"), group);
  client.groupInstanceId = name ?? null;
  return client;
}

/** Makes members of all of them; the partition of each has the number that it has in the list. */
async function joinTogether(members: readonly DialogueClient[]): Promise<void> {
  // A dynamic member hears its id first.
  for (const member of members) if (member.groupInstanceId === null) await member.join();
  // Until all are in the same generation: who joined before the others joins again.
  let joined = await Promise.all(members.map((member) => member.join()));
  while (new Set(joined.map(({ generationId }) => generationId)).size > 1)
    joined = await Promise.all(members.map((member) => member.join()));
  const assignments = members.map(({ memberId }, partition) => ({
    memberId,
    assignment: encodeAssignment(1, { assignedPartitions: [{ topic: "orders", partitions: [partition] }] }),
  }));
  await Promise.all(
    members.map((member, index) =>
      member.sync(5, { assignments: joined[index]?.leader === member.memberId ? assignments : [] }),
    ),
  );
}

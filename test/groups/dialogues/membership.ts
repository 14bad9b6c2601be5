import { pause, protocol, type DialogueClient, type GroupDialogue } from "../../support/group-dialogue.js";
import { comeIn, knock, stable } from "./coming-in.js";

/** Who may join, sync, beat and leave, in every version, and what others hear. */
export const membershipDialogues: Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>> = {
  "versions-of-membership": async (talk) => {
    for (let version = 0; version <= 9; version++) {
      const alpha = await talk.client(`alpha${version}`);
      const beta = await talk.client(`beta${version}`);
      const [syncVersion, heartbeatVersion, leaveVersion] = [
        Math.min(version, 5),
        Math.min(version, 4),
        Math.min(version, 5),
      ];
      await comeIn(talk, alpha, version);
      const assignments = [{ memberId: alpha.memberId, assignment: Buffer.from(`all in ${version}`) }];
      await talk.note(`alpha syncs in version ${syncVersion}`, alpha.sync(syncVersion, { assignments }));
      await talk.note(`alpha syncs again`, alpha.sync(syncVersion));
      const waiting = knock(talk, beta, version);
      await talk.noteWaiting("beta joins", waiting);
      await talk.note(`alpha beats in version ${heartbeatVersion}`, alpha.heartbeat(heartbeatVersion));
      await talk.note("alpha joins again", alpha.join(version));
      await talk.note("beta is in", waiting);
      const following = beta.sync(syncVersion);
      await talk.noteWaiting("beta syncs", following);
      await talk.note(
        "alpha assigns",
        alpha.sync(syncVersion, { assignments: [{ memberId: beta.memberId, assignment: Buffer.from("beta's") }] }),
      );
      await talk.note("beta is assigned", following);
      await talk.note(`beta leaves in version ${leaveVersion}`, beta.leave(leaveVersion));
      await talk.note("beta leaves again", beta.leave(leaveVersion));
      await talk.note("alpha leaves", alpha.leave(leaveVersion));
      await talk.note("alpha beats", alpha.heartbeat(heartbeatVersion));
    }
  },

  "wrong-members": async (talk) => {
    const alpha = await talk.client("alpha");
    const nobody = await talk.client("nobody");
    await talk.note("unknown group: join with an id", nobody.join(9, { memberId: "x" }));
    await talk.note("unknown group: join with an id, no protocols", nobody.join(9, { memberId: "x", protocols: [] }));
    await talk.note("unknown group: heartbeat", nobody.heartbeat(4, { memberId: "x" }));
    await talk.note("unknown group: sync", nobody.sync(5, { memberId: "x" }));
    await talk.note(
      "unknown group: leave",
      nobody.leave(5, { members: [{ memberId: "x" }, { memberId: "", groupInstanceId: "i" }] }),
    );
    await talk.note("unknown group: leave, old", nobody.leave(2, { memberId: "x" }));
    await talk.note("unknown group: describe", nobody.describe());
    await talk.note("session too short", nobody.join(9, { sessionTimeoutMs: 99, memberId: "" }));
    await talk.note("session too long", nobody.join(9, { sessionTimeoutMs: 1_800_001, memberId: "y" }));
    for (const version of [0, 6, 9]) {
      await talk.note(`no group id, version ${version}`, nobody.join(version, { groupId: "", memberId: "" }));
    }
    await talk.note("no group id: sync", nobody.sync(5, { groupId: "" }));
    await talk.note("no group id: heartbeat", nobody.heartbeat(4, { groupId: "" }));
    await talk.note("no group id: leave", nobody.leave(5, { groupId: "" }));
    await stable(talk, alpha);
    await talk.note("join with an unknown id", nobody.join(9, { memberId: "x" }));
    await talk.note("join as another type", nobody.join(9, { memberId: "", protocolType: "connect" }));
    await talk.note(
      "join with another protocol",
      nobody.join(9, { memberId: "", protocols: [protocol("sticky", "orders")] }),
    );
    await talk.note(
      "join with another protocol, version 3",
      nobody.join(3, { memberId: "", protocols: [protocol("sticky", "orders")] }),
    );
    await talk.note("alpha joins with another protocol", alpha.join(9, { protocols: [protocol("sticky", "orders")] }));
    await talk.note("join as an unknown static member", alpha.join(9, { groupInstanceId: "i" }));
    await talk.note("heartbeat of an unknown id", nobody.heartbeat(4, { memberId: "x" }));
    await talk.note("heartbeat of an unknown instance", alpha.heartbeat(4, { groupInstanceId: "i" }));
    await talk.note("heartbeat of another generation", alpha.heartbeat(4, { generationId: 7 }));
    await talk.note("sync of another generation", alpha.sync(5, { generationId: 7 }));
    await talk.note("sync of another type", alpha.sync(5, { protocolType: "connect" }));
    await talk.note("sync of another protocol", alpha.sync(5, { protocolName: "sticky" }));
    await talk.note("sync without type", alpha.sync(5, { protocolType: null }));
    await talk.note("sync without protocol", alpha.sync(5, { protocolName: null }));
    await talk.note("sync of an unknown id", alpha.sync(5, { memberId: "x" }));
    const leavers = [
      { memberId: "x" },
      { memberId: "" },
      { memberId: "", groupInstanceId: "i" },
      { memberId: alpha.memberId, groupInstanceId: "i" },
    ];
    await talk.note("leave of four unknowns", nobody.leave(5, { members: leavers }));
    await talk.note("alpha is still in", alpha.heartbeat());
    await talk.note("leave of nobody", alpha.leave(5, { members: [] }));
    await talk.note("alpha leaves", alpha.leave());
    await talk.note("join of the empty group with an old id", alpha.join());
    await talk.note("sync of the empty group", alpha.sync());
    await talk.note("an empty list of protocols", nobody.join(9, { memberId: "", protocols: [] }));
    await talk.note("an empty type", nobody.join(9, { memberId: "", protocolType: "" }));
    await talk.note("describe", alpha.describe());
  },

  "a-new-group-of-a-bad-request": async (talk) => {
    const alpha = await talk.client("alpha");
    await talk.note("an empty list of protocols", alpha.join(9, { memberId: "", protocols: [] }));
    // Apache Kafka answers before the new group is in its log, and describes what is in the log.
    await pause(150);
    await talk.note("describe", alpha.describe());
    await talk.note("list", alpha.list());
  },

  "a-member-without-id": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    await talk.note("alpha joins", alpha.join(4));
    await pause(150);
    await talk.note("describe", alpha.describe());
    await talk.note("alpha beats before it joined", alpha.heartbeat());
    await talk.note("alpha syncs before it joined", alpha.sync());
    await talk.note("alpha leaves before it joined", alpha.leave());
    await talk.note("alpha joins with the id that it gave back", alpha.join(4));
    alpha.memberId = "";
    await stable(talk, alpha);
    await talk.note("beta asks for an id", beta.join(5));
    await talk.note("alpha is still stable", alpha.heartbeat());
    const again = alpha.join();
    await talk.noteWaiting("alpha joins and waits for beta", again);
    await talk.note("beta leaves before it joined", beta.leave());
    await talk.note("alpha goes on alone", again);
    await talk.note("alpha syncs", alpha.sync(5, { assignments: [] }));
    await talk.note("beta asks for another id", beta.join(5, { memberId: "" }));
    await talk.note("beta leaves the stable group before it joined", beta.leave());
    await talk.note("alpha hears of it", alpha.heartbeat());
  },

  "an-id-runs-out": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    await stable(talk, alpha);
    await talk.note("beta asks for an id", beta.join(9, { sessionTimeoutMs: 1000 }));
    const again = alpha.join();
    await talk.noteWaiting("alpha joins and waits for beta", again);
    await talk.note("alpha goes on alone when beta's id has run out", again);
    await talk.note("beta comes too late", beta.join(9));
  },

  "the-size-limit": async (talk) => {
    const clients = await Promise.all(["a", "b", "c", "d", "e"].map((name) => talk.client(name)));
    const [alpha, beta, gamma, delta, epsilon] = clients as [
      DialogueClient,
      DialogueClient,
      DialogueClient,
      DialogueClient,
      DialogueClient,
    ];
    const first = alpha.join(3);
    await talk.note("one of four", first);
    const others = [beta, gamma, delta].map((client) => client.join(3));
    await pause(150);
    await talk.note("the first again", alpha.join(3));
    await Promise.all(others);
    await talk.note("a fifth member", epsilon.join(9, { memberId: "" }));
    await talk.note("a fifth member, old", epsilon.join(3, { memberId: "" }));
    await talk.note("the first beats", alpha.heartbeat());
  },
};

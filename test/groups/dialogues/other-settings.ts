import type { GroupDialogue } from "../../support/group-dialogue.js";
import { pause, topicToCommit } from "../../support/group-dialogue.js";
import { dialogueConfigs } from "../dialogues.js";
import { migrationDialogues, migrationPolicies } from "./migration.js";

type Dialogues = Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>>;

/** A cluster with settings of its own, and the dialogues to be held with it. */
export interface OtherSettings {
  readonly configs: Readonly<Record<string, string>>;
  /** Levels of features. */
  readonly features?: { readonly "group.version"?: 0 | 1 };
  readonly dialogues: Dialogues;
}

const timing: Dialogues = {
  "waiting-for-members": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    const first = alpha.join(3);
    await talk.noteWaiting("alpha joins a new group, and waits for others", first);
    const second = beta.join(3);
    await talk.noteWaiting("beta joins, and waits too", second);
    await talk.note("alpha is in, in the first generation", first);
    await talk.note("so is beta", second);
    await talk.note("alpha assigns", alpha.sync(3, { assignments: [] }));
    await talk.note("beta syncs", beta.sync(3));
    await talk.note("beta leaves", beta.leave(2));
    await talk.note("alpha joins again without delay", alpha.join(3));
  },

  "offsets-with-an-end": async (talk) => {
    const alpha = await talk.client("alpha");
    const other = `${talk.group}-other`;
    const briefly = { retentionTimeMs: 1000n, topics: [topicToCommit("orders", 1n)] };
    for (const version of [2, 3, 4])
      await talk.note(`for a second, in version ${version}`, alpha.commit(version, briefly));
    await alpha.commit(4, { topics: [topicToCommit("payments", 1n)] });
    await alpha.commit(4, { ...briefly, groupId: other });
    await pause(4000);
    const groups = [talk.group, other].map((groupId) => ({ groupId, topics: null }));
    await talk.note("what is left", alpha.fetch(8, { groups }));
    await talk.note("the group without any is gone", alpha.describe(6, [other]));
    await talk.note("the other is not", alpha.list());
  },

  "offsets-of-members-have-no-end": async (talk) => {
    const alpha = await talk.client("alpha");
    await alpha.join(3);
    await alpha.sync(3);
    const member = { memberId: alpha.memberId, generationIdOrMemberEpoch: alpha.generationId };
    const retentionTimeMs = 1000n;
    await talk.note(
      "for a second",
      alpha.commit(4, { ...member, retentionTimeMs, topics: [topicToCommit("orders", 1n)] }),
    );
    await alpha.commit(4, { ...member, retentionTimeMs, topics: [topicToCommit("payments", 1n)] });
    await pause(4000);
    await talk.note("what is left", alpha.fetch(8, { groups: [{ groupId: talk.group, topics: null }] }));
    await alpha.leave(2);
    await pause(2500);
    await talk.note("when it has left", alpha.fetch(8, { groups: [{ groupId: talk.group, topics: null }] }));
    await talk.note("and the group", alpha.describe());
  },

  "an-empty-next-generation-group": async (talk) => {
    const alpha = await talk.client("alpha");
    await alpha.enter();
    await talk.note("leaves", alpha.beat(1, { memberEpoch: -1 }));
    const briefly = { retentionTimeMs: 1000n, topics: [topicToCommit("orders", 1n)] };
    await talk.note("for a second", alpha.commit(4, briefly));
    await pause(4000);
    await talk.note("what is left", alpha.fetch(8, { groups: [{ groupId: talk.group, topics: null }] }));
    await talk.note("the group is gone", alpha.describeConsumers());
  },

  "metadata-of-ten-bytes": async (talk) => {
    const alpha = await talk.client("alpha");
    for (const metadata of ["x".repeat(10), "x".repeat(11), "ü".repeat(10)]) {
      await talk.note(metadata, alpha.commit(9, { topics: [topicToCommit("orders", 1n, metadata)] }));
    }
  },
};

const classicOnly: Dialogues = {
  "no-next-generation": async (talk) => {
    const alpha = await talk.client("alpha");
    for (const version of [0, 1]) {
      await talk.note(`joins in version ${version}`, alpha.enter(version));
      await talk.note(`leaves in version ${version}`, alpha.beat(version, { memberId: "x", memberEpoch: -1 }));
      await talk.note(`describes in version ${version}`, alpha.describeConsumers(version, [talk.group, "other"]));
    }
    await talk.note("joins in the classic way", alpha.join(3, { memberId: "" }));
    await talk.note("list", alpha.list());
  },
};

/** Settings that dialogues are held under, each with a cluster of its own. */
export const otherSettings: Readonly<Record<string, OtherSettings>> = {
  ...Object.fromEntries(
    migrationPolicies.map((policy) => [
      policy,
      { configs: { ...dialogueConfigs, "group.consumer.migration.policy": policy }, dialogues: migrationDialogues },
    ]),
  ),
  timing: {
    configs: {
      ...dialogueConfigs,
      "group.initial.rebalance.delay.ms": "1000",
      "offset.metadata.max.bytes": "10",
      "offsets.retention.check.interval.ms": "200",
    },
    dialogues: timing,
  },
  "classic only": { configs: dialogueConfigs, features: { "group.version": 0 }, dialogues: classicOnly },
  "classic by configuration": {
    configs: { ...dialogueConfigs, "group.coordinator.rebalance.protocols": "classic" },
    dialogues: classicOnly,
  },
};

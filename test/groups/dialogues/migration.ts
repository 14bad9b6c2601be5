import { encodeAssignment, encodeSubscription } from "@moldau/protocol-codec";
import type { GroupDialogue } from "../../support/group-dialogue.js";
import { comeIn, stable } from "./coming-in.js";
import { owned } from "./next-generation.js";

/** What `group.consumer.migration.policy` can be. */
export const migrationPolicies = ["bidirectional", "upgrade", "downgrade", "disabled"] as const;

/** Groups with members that change their protocol, or may not; to be held under each policy. */
export const migrationDialogues: Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>> = {
  upgrading: async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    await comeIn(talk, alpha, 9);
    const assignment = assigned("orders", [0, 1, 2]);
    await talk.note("alpha syncs", alpha.sync(5, { assignments: [{ memberId: alpha.memberId, assignment }] }));
    await talk.note("beta joins in the new way", beta.enter());
    await talk.note("describe", beta.describeConsumers());
    await talk.note("describe in the old way", beta.describe());
    await talk.note("alpha beats", alpha.heartbeat());
    await talk.note("alpha joins again", alpha.join(9, withOwned("orders", [0, 1, 2], alpha.generationId)));
    await talk.note("alpha syncs again", alpha.sync());
    await talk.note("beta hears", beta.beat());
    await talk.note("alpha beats", alpha.heartbeat());
    await talk.note("alpha joins with what it keeps", alpha.join(9, withOwned("orders", [0, 1], alpha.generationId)));
    await talk.note("alpha syncs with what it keeps", alpha.sync());
    await talk.note("beta gets its share", beta.beat());
    await talk.note("alpha commits", alpha.commitAsMember(9, 1n));
    await talk.note("describe both", beta.describeConsumers());
    await talk.note("list", beta.list());
    await talk.note("beta leaves", beta.beat(1, { memberEpoch: -1 }));
    await talk.note("describe without beta", alpha.describeConsumers());
    await talk.note("describe without beta in the old way", alpha.describe());
    await talk.note("alpha beats", alpha.heartbeat());
    await talk.note("alpha leaves", alpha.leave());
    await talk.note("describe the end", alpha.describe());
  },

  downgrading: async (talk) => {
    const alpha = await talk.client("alpha");
    const old = await talk.client("old");
    await talk.note("alpha joins", alpha.enter());
    await alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2)] });
    const asked = await talk.note("a classic member asks", old.join(9));
    if (asked.errorCode === 79) await talk.note("and joins with its id", old.join(9));
    await talk.note("describe", alpha.describeConsumers());
    await talk.note("the classic member syncs", old.sync());
    await talk.note("alpha beats", alpha.beat());
    await talk.note("alpha leaves", alpha.beat(1, { memberEpoch: -1 }));
    await talk.note("describe in the new way", old.describeConsumers());
    await talk.note("describe in the old way", old.describe());
    await talk.note("the classic member beats", old.heartbeat());
    await talk.note("list", old.list());
  },

  "empty-groups": async (talk) => {
    const alpha = await talk.client("alpha");
    const young = await talk.client("young");
    await stable(talk, alpha);
    await talk.note("alpha leaves", alpha.leave());
    await talk.note("young joins the empty classic group", young.enter());
    await talk.note("young leaves", young.beat(1, { memberEpoch: -1 }));
    alpha.memberId = "";
    await comeIn(talk, alpha, 9);
    await talk.note("list", alpha.list());
  },

  "other-classic-groups": async (talk) => {
    const connect = await talk.client("connect");
    const young = await talk.client("young");
    const joined = await connect.join(3, { protocolType: "connect" });
    await talk.note("syncs", connect.sync(4, { memberId: joined.memberId }));
    await talk.note("young joins a group of another kind", young.enter());
    await talk.note("describe", young.describe());
  },
};

/** The assignment of a classic member in the form of consumers. */
function assigned(topic: string, partitions: readonly number[]): Buffer {
  return encodeAssignment(1, { assignedPartitions: [{ topic, partitions }], userData: null });
}

/** What a cooperative member joins with that has partitions, since a generation. */
function withOwned(topic: string, partitions: readonly number[], generationId: number) {
  const subscription = { topics: [topic], userData: null, ownedPartitions: [{ topic, partitions }], generationId };
  return { protocols: [{ name: "range", metadata: encodeSubscription(3, subscription) }] };
}

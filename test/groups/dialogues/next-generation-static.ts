import type { GroupDialogue } from "../../support/group-dialogue.js";
import { owned } from "./next-generation.js";

/** Static members of next-generation groups: leaving for a while, coming back, doubles. */
export const nextGenerationStaticDialogues: Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>> = {
  "ng-static-members": async (talk) => {
    const alpha = await talk.client("alpha");
    const double = await talk.client("double");
    const beta = await talk.client("beta");
    alpha.groupInstanceId = "i1";
    double.groupInstanceId = "i1";
    await talk.note("alpha joins", alpha.enter());
    await talk.note("alpha has all", alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2)] }));
    await talk.note("a double comes while alpha is there", double.enter());
    await talk.note("alpha goes on", alpha.beat());
    await talk.note("alpha without its instance", alpha.beat(1, { instanceId: null }));
    await talk.note("alpha's id under another instance", alpha.beat(1, { instanceId: "i2" }));
    await talk.note("alpha leaves for a while", alpha.beat(1, { memberEpoch: -2 }));
    await talk.note("describe while it is away", alpha.describeConsumers());
    await talk.note("beta joins meanwhile", beta.enter());
    await talk.note("beta has to wait", beta.beat());
    await talk.note("alpha comes back under another id", double.enter());
    await talk.note("describe", alpha.describeConsumers());
    await talk.note("the one that was is fenced", alpha.beat(1, { memberEpoch: 1 }));
    await talk.note("and may not leave", alpha.beat(1, { memberEpoch: -1 }));
    await talk.note("nor for a while", alpha.beat(1, { memberEpoch: -2 }));
    await talk.note(
      "it gives up what beta is to have",
      double.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1)] }),
    );
    await talk.note("beta gets its share", beta.beat());
    await talk.note("it leaves for good", double.beat(1, { memberEpoch: -1 }));
    await talk.note("beta has all", beta.beat());
    await talk.note("it leaves again", double.beat(1, { memberEpoch: -1 }));
    await talk.note("and for a while, when it is not there", double.beat(1, { memberEpoch: -2 }));
    await talk.note("describe at the end", beta.describeConsumers());
  },

  "ng-static-away": async (talk) => {
    const alpha = await talk.client("alpha");
    alpha.groupInstanceId = "i1";
    await talk.note("alpha joins", alpha.enter());
    await talk.note("alpha leaves for a while", alpha.beat(1, { memberEpoch: -2 }));
    await talk.note("beats while it is away", alpha.beat(1, { memberEpoch: 1 }));
    await talk.note(
      "comes back under its own id, reading something else",
      alpha.enter(1, { subscribedTopicNames: ["payments"] }),
    );
    await talk.note("describe", alpha.describeConsumers());
    await talk.note("leaves for a while", alpha.beat(1, { memberEpoch: -2 }));
    const { memberId } = alpha;
    alpha.memberId = "";
    await talk.note("comes back in version 0 without id", alpha.enter(0, { subscribedTopicNames: ["payments"] }));
    await talk.note("an unknown instance", alpha.beat(1, { memberId, instanceId: "i9", memberEpoch: 2 }));
    await talk.note("delete the group with a member", alpha.deleteGroups(2, [talk.group]));
    await talk.note("leaves for a while", alpha.beat(1, { memberEpoch: -2 }));
    await talk.note("delete the group whose member is away", alpha.deleteGroups(2, [talk.group]));
    await talk.note("list", alpha.list());
  },
};

import type { Uuid } from "@moldau/protocol-codec";
import { pause, type DialogueClient, type GroupDialogue } from "../../support/group-dialogue.js";

/** Heartbeats of next-generation groups (KIP-848): what is refused, epochs, subscriptions, and how members share. */
export const nextGenerationDialogues: Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>> = {
  "ng-bad-heartbeats": async (talk) => {
    const alpha = await talk.client("alpha");
    const orders = owned(talk, "orders", 0);
    for (const version of [0, 1]) {
      const id = version === 0 ? "" : "alpha-1";
      const join = {
        memberId: id,
        memberEpoch: 0,
        rebalanceTimeoutMs: 20_000,
        subscribedTopicNames: ["orders"],
        topicPartitions: [],
      };
      const wrong = {
        "no group id": { ...join, groupId: "" },
        "a blank group id": { ...join, groupId: " " },
        "no member id": { ...join, memberId: "" },
        "no member id, in an epoch": { memberId: "", memberEpoch: 1 },
        "no member id, leaving": { memberId: "", memberEpoch: -1 },
        "an empty instance id": { ...join, memberId: id, instanceId: "" },
        "an empty rack": { ...join, rackId: "" },
        "no rebalance time-out": { ...join, rebalanceTimeoutMs: -1 },
        "no partitions": { ...join, topicPartitions: null },
        partitions: { ...join, topicPartitions: [orders] },
        "no subscription": { ...join, subscribedTopicNames: null },
        "an unknown assignor": { ...join, serverAssignor: "none" },
        "an empty assignor": { ...join, serverAssignor: "" },
        "an epoch that is none": { memberId: "alpha-1", memberEpoch: -3 },
        "leaving for a while without instance id": { memberId: "alpha-1", memberEpoch: -2 },
        "an epoch in an unknown group": { memberId: "alpha-1", memberEpoch: 1 },
        "leaving an unknown group": { memberId: "alpha-1", memberEpoch: -1 },
        "leaving an unknown group for a while": { memberId: "alpha-1", memberEpoch: -2, instanceId: "i1" },
      };
      for (const [what, request] of Object.entries(wrong))
        await talk.note(`version ${version}: ${what}`, alpha.beat(version, request));
      await talk.note("describe", alpha.describeConsumers(version));
    }
    if (alpha.memberId === "") alpha.memberId = "alpha-1";
    await talk.note("an empty list of topics", alpha.enter(1, { subscribedTopicNames: [] }));
    await talk.note("is a member", alpha.describeConsumers());
    await talk.note("the empty pattern", alpha.enter(1, { subscribedTopicNames: null, subscribedTopicRegex: "" }));
    await talk.note("is a member", alpha.describeConsumers());
  },

  "ng-alone": async (talk) => {
    for (const version of [0, 1]) {
      const alpha = await talk.client(`alpha${version}`);
      await talk.note(`joins in version ${version}`, alpha.enter(version));
      await talk.note("describe in version 0", alpha.describeConsumers(0));
      await talk.note("describe in version 1", alpha.describeConsumers(1, [talk.group], true));
      await talk.note("beats", alpha.beat(version));
      await talk.note("says what it has", alpha.beat(version, { topicPartitions: [owned(talk, "orders", 0, 1, 2)] }));
      await talk.note("says that it has nothing", alpha.beat(version, { topicPartitions: [] }));
      await talk.note("is stable", alpha.describeConsumers());
      await talk.note("says everything again", full(alpha, version, talk));
      await talk.note("leaves", alpha.beat(version, { memberEpoch: -1 }));
      await talk.note("is empty", alpha.describeConsumers());
      alpha.memberEpoch = 1;
      await talk.note("beats after it has left", alpha.beat(version));
      await talk.note("leaves again", alpha.beat(version, { memberEpoch: -1 }));
      await talk.note("joins again", alpha.enter(version));
      await talk.note("leaves once more", alpha.beat(version, { memberEpoch: -1 }));
    }
  },

  "ng-epochs": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    await talk.note("joins", alpha.enter());
    await talk.note("an unknown member beats", beta.beat(1, { memberId: "beta-1", memberEpoch: 1 }));
    await talk.note("an unknown member leaves", beta.beat(1, { memberId: "beta-1", memberEpoch: -1 }));
    await talk.note("an epoch ahead", alpha.beat(1, { memberEpoch: alpha.memberEpoch + 1 }));
    await talk.note("goes on in its own", alpha.beat());
    await talk.note("an epoch ahead, leaving nothing", alpha.beat(1, { memberEpoch: 9, topicPartitions: [] }));
    await talk.note("joins again, fenced as it is", alpha.enter());
    await talk.note("reads other topics", alpha.beat(1, { subscribedTopicNames: ["payments"] }));
    await talk.note("has given up", alpha.beat(1, { topicPartitions: [] }));
    await talk.note("describe", alpha.describeConsumers());
    const epoch = alpha.memberEpoch;
    await talk.note("the epoch before, with what it has then", alpha.beat(1, { memberEpoch: epoch - 1 }));
    await talk.note("the epoch before, having nothing", alpha.beat(1, { memberEpoch: epoch - 1, topicPartitions: [] }));
    await talk.note(
      "the epoch before, having its share",
      alpha.beat(1, { memberEpoch: epoch - 1, topicPartitions: [owned(talk, "payments", 0, 1, 2)] }),
    );
    await talk.note(
      "the epoch before, having more",
      alpha.beat(1, {
        memberEpoch: epoch - 1,
        topicPartitions: [owned(talk, "payments", 0, 1, 2), owned(talk, "orders", 0)],
      }),
    );
    await talk.note("an epoch long gone", alpha.beat(1, { memberEpoch: epoch - 2 }));
    await talk.note("joins while it is in", alpha.enter(1, { subscribedTopicNames: ["payments"] }));
    await talk.note(
      "joins while it is in, reading something else",
      alpha.enter(1, { subscribedTopicNames: ["orders"] }),
    );
    await talk.note("describe at the end", alpha.describeConsumers());
  },

  "ng-subscriptions": async (talk) => {
    const alpha = await talk.client("alpha");
    await talk.note("reads what there is not", alpha.enter(1, { subscribedTopicNames: ["nothing"] }));
    await talk.note("describe", alpha.describeConsumers());
    await talk.note("reads two topics", alpha.beat(1, { subscribedTopicNames: ["orders", "payments"] }));
    await talk.note(
      "says so again, the other way round",
      alpha.beat(1, { subscribedTopicNames: ["payments", "orders"] }),
    );
    await talk.note(
      "has them",
      alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2), owned(talk, "payments", 0, 1, 2)] }),
    );
    await talk.note("a topic twice", alpha.beat(1, { subscribedTopicNames: ["orders", "orders", "payments"] }));
    await talk.note("wants range", alpha.beat(1, { serverAssignor: "range" }));
    await talk.note("wants what there is not", alpha.beat(1, { serverAssignor: "sticky" }));
    await talk.note("describe", alpha.describeConsumers());
    await talk.note("reads one less", alpha.beat(1, { subscribedTopicNames: ["orders"] }));
    await talk.note("is asked to give up", alpha.describeConsumers());
    await talk.note("beats without giving up", alpha.beat());
    await talk.note(
      "says that it still has all",
      alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2), owned(talk, "payments", 0, 1, 2)] }),
    );
    await talk.note(
      "has given up a part",
      alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2), owned(talk, "payments", 2)] }),
    );
    await talk.note("has given up", alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2)] }));
    await talk.note("is stable", alpha.describeConsumers());
    await talk.note("another rack", alpha.beat(1, { rackId: "b" }));
    await talk.note("another time-out", alpha.beat(1, { rebalanceTimeoutMs: 10_000 }));
    await talk.note("an instance id all at once", alpha.beat(1, { instanceId: "i1" }));
    await talk.note("reads nothing", alpha.beat(1, { subscribedTopicNames: [] }));
    await talk.note("partitions of an unknown topic", alpha.beat(1, { topicPartitions: [owned(talk, "nothing", 0)] }));
    await talk.note("partitions that there are not", alpha.beat(1, { topicPartitions: [owned(talk, "orders", 99)] }));
    await talk.note("describe at the end", alpha.describeConsumers());
  },

  "ng-sharing": async (talk) => {
    const [alpha, beta, gamma] = await Promise.all(["alpha", "beta", "gamma"].map((name) => talk.client(name)));
    if (alpha === undefined || beta === undefined || gamma === undefined) return;
    const describe = (what: string) => talk.note(what, alpha.describeConsumers());
    await talk.note("alpha joins", alpha.enter());
    await talk.note("alpha has all", alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2)] }));
    await talk.note("beta joins, and has to wait", beta.enter());
    await describe("assigning");
    await talk.note("beta still has nothing", beta.beat(1, { topicPartitions: [] }));
    const kept = await talk.note("alpha hears what it keeps", alpha.beat());
    await talk.note("beta still has nothing", beta.beat());
    await describe("reconciling");
    await talk.note("alpha still has all", alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2)] }));
    const share = kept.assignment?.topicPartitions ?? [];
    await talk.note("alpha has given up", alpha.beat(1, { topicPartitions: share }));
    await describe("alpha is done");
    const given = await talk.note("beta gets its share", beta.beat());
    await talk.note("beta has it", beta.beat(1, { topicPartitions: given.assignment?.topicPartitions ?? [] }));
    await describe("stable");
    await talk.note("gamma joins", gamma.enter());
    await talk.note("alpha", alpha.beat());
    await talk.note("beta", beta.beat());
    await talk.note("gamma", gamma.beat());
    await talk.note("alpha leaves", alpha.beat(1, { memberEpoch: -1 }));
    await describe("without alpha");
    await talk.note("gamma hears", gamma.beat());
    await talk.note("beta hears", beta.beat());
    await talk.note(
      "beta says what it has",
      beta.beat(1, { topicPartitions: given.assignment?.topicPartitions ?? [] }),
    );
    await talk.note("gamma hears", gamma.beat());
    await describe("the two of them");
    await talk.note("gamma leaves", gamma.beat(1, { memberEpoch: -1 }));
    await talk.note("beta has all", beta.beat());
    await talk.note("beta leaves", beta.beat(1, { memberEpoch: -1 }));
    await describe("nobody is left");
  },

  "ng-range": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    const both = { subscribedTopicNames: ["orders", "payments"], serverAssignor: "range" };
    await talk.note("alpha joins", alpha.enter(1, both));
    await talk.note("beta joins", beta.enter(1, both));
    const kept = await talk.note("alpha hears", alpha.beat());
    await talk.note("alpha has given up", alpha.beat(1, { topicPartitions: kept.assignment?.topicPartitions ?? [] }));
    await talk.note("beta hears", beta.beat());
    await talk.note("describe", alpha.describeConsumers());
    await talk.note("beta wants uniform", beta.beat(1, { serverAssignor: "uniform" }));
    await talk.note("one each", summary(alpha));
    await talk.note("alpha leaves", alpha.beat(1, { memberEpoch: -1 }));
    await talk.note("beta's wish is left", summary(beta));
  },

  "ng-patterns": async (talk) => {
    const alpha = await talk.client("alpha");
    const patterns = [
      "orders|payments",
      "(",
      "[",
      "a{2,1}",
      "(?=orders)",
      "\\p{Nonsense}",
      "(?P<n>ord).*",
      "*",
      "o(?<n>r)ders",
    ];
    for (const subscribedTopicRegex of patterns) {
      const request = { subscribedTopicNames: null, subscribedTopicRegex };
      await talk.note(`joins with ${subscribedTopicRegex}`, alpha.enter(1, request));
      await pause(200);
    }
    await alpha.beat(1, { memberEpoch: -1 });
    await pause(500);
    await talk.note("joins", alpha.enter(1, { subscribedTopicNames: null, subscribedTopicRegex: "ord.*" }));
    await matched(alpha);
    await talk.note("has what matches", alpha.describeConsumers());
    await talk.note("in version 0", alpha.describeConsumers(0));
    await talk.note("another pattern", alpha.beat(1, { subscribedTopicRegex: "pay.*" }));
    await matched(alpha);
    await talk.note("is to give up", summary(alpha));
    await alpha.beat(1, { topicPartitions: [] });
    await talk.note("has the other", summary(alpha));
    await talk.note(
      "names and a pattern",
      alpha.beat(1, { subscribedTopicNames: ["orders"], subscribedTopicRegex: "pay.*" }),
    );
    await talk.note("has both", summary(alpha));
    await talk.note("no pattern any more", alpha.beat(1, { subscribedTopicRegex: "" }));
    await talk.note("has the names", alpha.describeConsumers());
    await talk.note("a bad pattern while it is in", alpha.beat(1, { subscribedTopicRegex: "(" }));
    await talk.note("is as it was", summary(alpha));
  },

  "ng-size": async (talk) => {
    const names = ["alpha", "beta", "gamma", "delta", "epsilon"];
    for (const name of names) await talk.note(`${name} joins`, (await talk.client(name)).enter());
    const epsilon = await talk.client("epsilon");
    await talk.note("and again, in version 0", epsilon.enter(0));
    const alpha = await talk.client("alpha");
    await talk.note("a member that is in joins again", alpha.enter());
    await talk.note("describe", alpha.describeConsumers());
  },

  "ng-time-outs": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    await alpha.configure({ "consumer.session.timeout.ms": "1000", "consumer.heartbeat.interval.ms": "200" });
    await talk.note("alpha joins", alpha.enter());
    await pause(2500);
    await talk.note("alpha's session has run out", alpha.beat());
    await talk.note("the group is empty", alpha.describeConsumers());
    await alpha.configure({ "consumer.session.timeout.ms": "30000" });
    await talk.note("alpha joins with half a second to give up", alpha.enter(1, { rebalanceTimeoutMs: 500 }));
    await alpha.beat(1, { topicPartitions: [owned(talk, "orders", 0, 1, 2)] });
    await talk.note("beta joins", beta.enter());
    await talk.note("alpha is to give up", alpha.beat());
    await pause(1500);
    await talk.note("alpha was too slow", alpha.beat());
    await talk.note("beta has all", beta.beat());
    await talk.note("describe", beta.describeConsumers());
  },
};

/** Says everything of itself, as after a heartbeat that got no answer. */
function full(client: DialogueClient, version: number, talk: GroupDialogue) {
  return client.beat(version, {
    rebalanceTimeoutMs: 20_000,
    subscribedTopicNames: ["orders"],
    serverAssignor: null,
    topicPartitions: [owned(talk, "orders", 0, 1, 2)],
  });
}

/** Partitions of a topic as heartbeats say them. */
export function owned(
  talk: GroupDialogue,
  topic: string,
  ...partitions: readonly number[]
): { topicId: Uuid; partitions: readonly number[] } {
  return { topicId: talk.topicId(topic), partitions };
}

/** How the group stands, and what each member has, without the epochs: they depend on how quickly patterns are matched. */
async function summary(client: DialogueClient): Promise<unknown> {
  const { groups } = await client.describeConsumers();
  return groups.map(({ groupState, assignorName, members }) => ({
    groupState,
    assignorName,
    members: members.map(({ memberId, subscribedTopicNames, subscribedTopicRegex, assignment, targetAssignment }) => ({
      memberId,
      subscribedTopicNames,
      subscribedTopicRegex,
      assignment,
      targetAssignment,
    })),
  }));
}

/** Waits until a pattern has been matched, which the broker does behind the heartbeats. */
async function matched(client: DialogueClient): Promise<void> {
  for (let beat = 0; beat < 4; beat++) {
    await pause(150);
    await client.beat();
  }
}

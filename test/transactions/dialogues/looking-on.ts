import { ApiVersions, DescribeTransactions, FindCoordinator, ListTransactions, EndTxn } from "@moldau/protocol-codec";
import { pause } from "../../support/group-dialogue.js";
import type { TransactionDialogue } from "../../support/transaction-dialogue.js";

const states = [
  "Empty",
  "Ongoing",
  "PrepareCommit",
  "PrepareAbort",
  "CompleteCommit",
  "CompleteAbort",
  "Dead",
  "PrepareEpochFence",
];

/** Talks about transactions, by those who have none. */
export const lookingOnDialogues: Readonly<Record<string, (talk: TransactionDialogue) => Promise<void>>> = {
  "the coordinator of a transactional id, in every version": async (talk) => {
    for (let version = 1; version <= 6; version++) {
      const keys = (...names: readonly string[]) =>
        version >= 4 ? { coordinatorKeys: names } : { key: names[0] ?? "" };
      await talk.ask("one", FindCoordinator, version, { ...keys(talk.id("one")), keyType: 1 });
      await talk.ask("an empty one", FindCoordinator, version, { ...keys(""), keyType: 1 });
      await talk.ask("of no kind that there is", FindCoordinator, version, { ...keys(talk.id("one")), keyType: 9 });
      if (version >= 4) await talk.ask("three", FindCoordinator, version, { ...keys("a", "", "c"), keyType: 1 });
    }
  },

  "what the cluster says of its protocol": async (talk) => {
    for (const version of [3, 4]) {
      const answer = await talk.quietly(ApiVersions, version, {
        clientSoftwareName: "dialogue",
        clientSoftwareVersion: "1",
      });
      const isOurs = ({ name }: { readonly name: string }) => name === "transaction.version";
      talk.note(`ApiVersions ${version}: supported`, answer.supportedFeatures.filter(isOurs));
      talk.note(`ApiVersions ${version}: finalised`, answer.finalizedFeatures.filter(isOurs));
      const apis = answer.apiKeys.filter(({ apiKey }) =>
        [0, 1, 2, 9, 10, 22, 24, 25, 26, 27, 28, 61, 65, 66].includes(apiKey),
      );
      talk.note(`ApiVersions ${version}: the APIs of transactions`, { apiKeys: apis });
    }
  },

  "transactions are described and listed, in every state": async (talk) => {
    await talk.topic("log", { partitions: 3 });
    const empty = await talk.producer("empty");
    const open = await talk.producer("open");
    for (const partition of [2, 0]) await talk.wrote(open, { partition });
    for (const how of ["commit", "abort"] as const) {
      const who = await talk.producer(`done with ${how}`);
      await talk.wrote(who);
      await talk.ended(who, how);
    }
    const again = await talk.producer("open again");
    await talk.wrote(again);
    const next = await talk.ended(again, "commit", talk.newest.endTxn);
    await talk.wrote(next);
    const ending = [];
    for (const how of ["commit", "abort"] as const) {
      const who = await talk.producer(`ending with ${how}`);
      await talk.wrote(who);
      ending.push(who);
    }
    // What is open has been open for longer than no time at all.
    await pause(5);
    talk.hold();
    for (const [index, who] of ending.entries()) await talk.ask("ends", EndTxn, 4, { ...who, committed: index === 0 });
    const names = [
      "empty",
      "open",
      "done with commit",
      "done with abort",
      "open again",
      "ending with commit",
      "ending with abort",
      "unknown",
    ];
    await talk.ask("each of them", DescribeTransactions, 0, { transactionalIds: names.map((name) => talk.id(name)) });
    await talk.ask("an empty id", DescribeTransactions, 0, { transactionalIds: [""] });
    await talk.ask("none", DescribeTransactions, 0, { transactionalIds: [] });
    await talk.ask("one twice", DescribeTransactions, 0, { transactionalIds: [talk.id("open"), talk.id("open")] });
    for (const version of [0, 1, 2]) {
      const list = (what: string, filters: object) =>
        talk.ask(what, ListTransactions, version, { stateFilters: [], producerIdFilters: [], ...filters });
      await list("all", {});
      for (const state of states) await list(`in state ${state}`, { stateFilters: [state] });
      await list("in two states", { stateFilters: ["Ongoing", "Empty"] });
      await list("in a state that there is not, and one that there is", { stateFilters: ["Sleeping", "Ongoing"] });
      await list("in a state that there is not", { stateFilters: ["ongoing"] });
      await list("of two producers", { producerIdFilters: [open.producerId, empty.producerId, 1n << 60n] });
      await list("of a producer in another state", { producerIdFilters: [open.producerId], stateFilters: ["Empty"] });
      if (version >= 1) {
        for (const ms of [-2n, -1n, 0n, 60_000n]) await list(`open for ${ms} ms`, { durationFilter: ms });
        await list("in a state, for a time", { durationFilter: 0n, stateFilters: ["Empty", "Ongoing"] });
      }
      if (version >= 2) {
        const patterns = [
          "",
          ".*open.*",
          talk.id("open"),
          "open",
          ".*(commit|abort)",
          "(",
          "transactions.*again",
          "[[:alpha:]]*",
          "(?i).*OPEN$",
        ];
        for (const pattern of patterns) await list(`whose id matches ${pattern}`, { transactionalIdPattern: pattern });
      }
    }
    await talk.release(...ending);
  },
};

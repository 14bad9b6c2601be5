import { DescribeTransactions, EndTxn } from "@moldau/protocol-codec";
import type { Identity, TransactionDialogue } from "../../support/transaction-dialogue.js";

const ends = ["commit", "abort"] as const;

function describe(talk: TransactionDialogue, { transactionalId }: Identity) {
  return talk.ask("the state", DescribeTransactions, 0, { transactionalIds: [transactionalId] });
}

/** Talks about the end of transactions. */
export const endTxnDialogues: Readonly<Record<string, (talk: TransactionDialogue) => Promise<void>>> = {
  "nothing is committed and aborted, in every version": async (talk) => {
    for (let version = 0; version <= talk.newest.endTxn; version++) {
      for (const how of ends) {
        const who = await talk.producer(`${how} ${version}`);
        const next = await talk.end("of nothing", who, how, version);
        await describe(talk, who);
        await talk.end("of nothing again", next, how, version);
        await talk.end("of nothing with the epoch before", who, how, version);
      }
    }
  },

  "a transaction ends once, in every version": async (talk) => {
    await talk.topic("log");
    for (let version = 0; version <= talk.newest.endTxn; version++) {
      for (const how of ends) {
        const who = await talk.producer(`${how} ${version}`);
        await talk.wrote(who);
        const next = await talk.end("what was written", who, how, version);
        await describe(talk, who);
        await talk.end("a second time, as if the answer had been lost", who, how, version);
        await talk.end("the opposite of what was done", who, how === "commit" ? "abort" : "commit", version);
        await talk.end("nothing, with the epoch of now", next, how, version);
        await talk.end("the opposite, with the epoch of now", next, how === "commit" ? "abort" : "commit", version);
        await talk.write("with the epoch before", who);
        await describe(talk, who);
      }
    }
  },

  "a producer of the newer protocol and one of the older take turns": async (talk) => {
    await talk.topic("log");
    let who = await talk.producer("one");
    for (const [how, version] of [
      ["commit", 5],
      ["commit", 4],
      ["abort", 5],
      ["abort", 4],
      ["commit", 5],
    ] as const) {
      if (version > talk.newest.endTxn) continue;
      await talk.wrote(who);
      who = await talk.end("what was written", who, how, version);
      await describe(talk, who);
    }
  },

  "producers that are not who they say, in every version": async (talk) => {
    await talk.topic("log");
    for (let version = 0; version <= talk.newest.endTxn; version++) {
      const old = await talk.producer(`version ${version}`);
      const who = await talk.producer(`version ${version}`);
      for (const state of ["with nothing open", "with a transaction open"]) {
        await talk.end(`the older epoch, ${state}`, old, "commit", version);
        await talk.end(`a newer epoch, ${state}`, { ...who, producerEpoch: who.producerEpoch + 1 }, "commit", version);
        await talk.end(`another id, ${state}`, { ...who, producerId: who.producerId + 500_000n }, "commit", version);
        if (state === "with nothing open") await talk.wrote(who);
      }
      await describe(talk, who);
      const nobody = { ...who, transactionalId: talk.id("nobody"), committed: true };
      await talk.ask("a transactional id that nobody knows", EndTxn, version, nobody);
      await talk.ask("an empty transactional id", EndTxn, version, { ...nobody, transactionalId: "" });
    }
  },

  "asked again while it ends": async (talk) => {
    await talk.topic("log", { partitions: 2 });
    for (const version of [1, 2, 4, 5].filter((each) => each <= talk.newest.endTxn)) {
      for (const how of ends) {
        const who = await talk.producer(`${how} ${version}`);
        const ask = (what: string, committed: boolean, claim: Partial<Identity> = {}) =>
          talk.ask(what, EndTxn, version, { ...who, ...claim, committed });
        await talk.wrote(who);
        talk.hold();
        await ask(how, how === "commit");
        await describe(talk, who);
        await ask("the same", how === "commit");
        await ask("the opposite", how !== "commit");
        await ask("the same, with the next epoch", how === "commit", { producerEpoch: who.producerEpoch + 1 });
        await ask("the same, with the epoch before", how === "commit", { producerEpoch: who.producerEpoch - 1 });
        await talk.release(who);
        await ask("the same, when it is over", how === "commit");
        await describe(talk, who);
      }
    }
  },

  "what a transaction that has timed out hears": async (talk) => {
    await talk.topic("log");
    const late: (readonly [number, Identity])[] = [];
    for (const version of [1, 2, 4, 5].filter((each) => each <= talk.newest.endTxn)) {
      const who = await talk.producer(`version ${version}`, 1000);
      await talk.wrote(who);
      late.push([version, who]);
    }
    for (const [version, who] of late) {
      await talk.reached(who.transactionalId, "CompleteAbort");
      await describe(talk, who);
      await talk.end("too late", who, "commit", version);
      await talk.end("too late", who, "abort", version);
      await talk.write("too late", who);
      await talk.end("with the next epoch", { ...who, producerEpoch: who.producerEpoch + 1 }, "abort", version);
    }
  },
};

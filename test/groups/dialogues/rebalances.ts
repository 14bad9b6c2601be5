import { pause, protocol, type GroupDialogue } from "../../support/group-dialogue.js";
import { pair } from "./coming-in.js";

/** How a group goes from one generation to the next. */
export const rebalanceDialogues: Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>> = {
  "sessions-and-rebalances-run-out": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    const gamma = await talk.client("gamma");
    await talk.note("alpha joins", alpha.join(3, { sessionTimeoutMs: 1000 }));
    await talk.note("alpha syncs", alpha.sync());
    await pause(1500);
    await talk.note("alpha's session has run out", alpha.heartbeat());
    await talk.note("the group is empty", alpha.describe());
    alpha.memberId = "";
    await talk.note("alpha joins with a rebalance timeout of 0", alpha.join(3, { rebalanceTimeoutMs: 0 }));
    await pause(150);
    await talk.note("alpha syncs too late", alpha.sync());
    alpha.memberId = "";
    await talk.note("alpha joins with a rebalance timeout of a second", alpha.join(3, { rebalanceTimeoutMs: 1000 }));
    await talk.note("alpha syncs", alpha.sync());
    await talk.note("beta joins; alpha does not", beta.join(3, { rebalanceTimeoutMs: 1000 }));
    await talk.note("alpha has been dropped", alpha.heartbeat());
    const pending = gamma.join(3, { rebalanceTimeoutMs: 1000 });
    await talk.noteWaiting("gamma joins", pending);
    await talk.note("beta joins again", beta.join(3, { rebalanceTimeoutMs: 1000 }));
    await talk.note("gamma is in", pending);
    const following = gamma.sync();
    await talk.note("gamma syncs; beta, who leads, does not", following);
    await talk.note("beta has been dropped", beta.heartbeat());
    await talk.note("gamma joins again", gamma.join(3, { rebalanceTimeoutMs: 1000 }));
  },

  rejoining: async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    await pair(talk, alpha, beta);
    await talk.note("the follower joins again with nothing new", beta.join());
    await talk.note("and is still in", beta.heartbeat());
    const again = beta.join(9, { protocols: [protocol("range", "payments")] });
    await talk.noteWaiting("the follower joins again with other topics", again);
    await talk.note("describe during the rebalance", alpha.describe());
    await talk.note("the leader syncs during the rebalance", alpha.sync());
    await talk.note("the leader joins", alpha.join());
    await talk.note("the follower is in", again);
    await talk.note("describe before the assignment", alpha.describe());
    await talk.note(
      "the follower joins again before the assignment",
      beta.join(9, { protocols: [protocol("range", "payments")] }),
    );
    await talk.note("the leader joins again before the assignment", alpha.join());
    const parked = beta.sync();
    await talk.noteWaiting("the follower syncs", parked);
    const changed = alpha.join(9, { protocols: [protocol("range", "orders", "payments")] });
    await talk.note("the follower is sent back, since the leader joins with other topics", parked);
    await talk.note("the follower joins", beta.join(9, { protocols: [protocol("range", "payments")] }));
    await talk.note("the leader is in", changed);
    await talk.note(
      "the leader assigns",
      alpha.sync(5, { assignments: [{ memberId: beta.memberId, assignment: Buffer.from("b") }] }),
    );
    await talk.note("describe the stable group", alpha.describe());
    const leads = alpha.join(9, { protocols: [protocol("range", "orders", "payments")] });
    await talk.noteWaiting("the leader joins the stable group", leads);
    await talk.note("the follower leaves", beta.leave());
    await talk.note("the leader is in, alone", leads);
  },

  "choosing-a-protocol": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    const lists = [
      ["range", "roundrobin"],
      ["roundrobin", "range"],
      ["sticky", "range", "roundrobin", "cooperative-sticky"],
      ["cooperative-sticky", "roundrobin", "sticky", "range"],
    ];
    for (const [one, other] of lists.flatMap((first) => lists.map((second) => [first, second] as const))) {
      const names = (list: readonly string[]): { protocols: { name: string; metadata: Buffer }[] } => ({
        protocols: list.map((name) => protocol(name, "orders")),
      });
      alpha.memberId = "";
      beta.memberId = "";
      const first = await alpha.join(3, names(one));
      await alpha.sync(4);
      const waiting = beta.join(3, names(other));
      await talk.noteWaiting(`${one.join()} meets ${other.join()}`, waiting);
      const second = await alpha.join(3, names(one));
      await waiting;
      await talk.note("choices", Promise.resolve({ alone: first.protocolName, together: second.protocolName }));
      await alpha.leave(5, { members: [{ memberId: alpha.memberId }, { memberId: beta.memberId }] });
    }
  },
};

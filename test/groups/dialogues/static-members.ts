import { pause, type GroupDialogue } from "../../support/group-dialogue.js";

/** Members that keep their place while they are away (KIP-345). */
export const staticMemberDialogues: Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>> = {
  "static-members": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    const double = await talk.client("double");
    alpha.groupInstanceId = "i1";
    beta.groupInstanceId = "i2";
    await talk.note("alpha joins", alpha.join(5));
    await talk.note("alpha syncs", alpha.sync());
    const pending = beta.join(5);
    await talk.noteWaiting("beta joins", pending);
    await talk.note("alpha joins again", alpha.join(5));
    await talk.note("beta is in", pending);
    const assignments = [alpha, beta].map(({ memberId }, index) => ({
      memberId,
      assignment: Buffer.from(`share ${index + 1}`),
    }));
    await talk.note("alpha assigns", alpha.sync(5, { assignments }));
    await talk.note("beta syncs", beta.sync());
    await talk.note("describe", alpha.describe());
    double.groupInstanceId = "i2";
    for (const version of [5, 8, 9]) {
      double.memberId = "";
      await talk.note(`beta's double comes in version ${version}`, double.join(version));
      await talk.note("and has beta's share", double.sync());
    }
    await talk.note("beta is fenced: heartbeat", beta.heartbeat());
    await talk.note("beta is fenced: sync", beta.sync());
    await talk.note("beta is fenced: join", beta.join());
    await talk.note("beta is fenced: commit", beta.commitAsMember(8, 1n));
    await talk.note("beta is fenced: leave", beta.leave());
    await talk.note("beta without instance is unknown", beta.heartbeat(4, { groupInstanceId: null }));
    await talk.note("alpha is still stable", alpha.heartbeat());
    double.groupInstanceId = "i1";
    for (const version of [5, 9]) {
      double.memberId = "";
      await talk.note(`the leader's double comes in version ${version}`, double.join(version));
      await talk.note("and has the leader's share", double.sync());
    }
    await talk.note("describe after the doubles", alpha.describe());
    await talk.noteWaiting("the leader joins again", double.join(9));
    await talk.note(
      "an administrator removes i2",
      alpha.leave(5, { members: [{ memberId: "", groupInstanceId: "i2" }] }),
    );
    await talk.note(
      "an administrator removes i2 again",
      alpha.leave(5, { members: [{ memberId: "", groupInstanceId: "i2" }] }),
    );
    await pause(150);
    await talk.note("describe after the removal", alpha.describe());
  },

  "a-double-fences-who-waits": async (talk) => {
    const alpha = await talk.client("alpha");
    const beta = await talk.client("beta");
    const double = await talk.client("double");
    alpha.groupInstanceId = "i1";
    double.groupInstanceId = "i1";
    await talk.note("alpha joins", alpha.join());
    await talk.note("alpha syncs", alpha.sync());
    const waiting = beta.join(3);
    await talk.noteWaiting("beta joins", waiting);
    const doubled = double.join();
    await talk.note("the double comes and ends the rebalance", doubled);
    await talk.note("beta is in", waiting);
    const following = double.sync(5, { memberId: double.memberId });
    await talk.note("the double assigns", following);
    await talk.note("beta syncs", beta.sync());
    const again = double.join();
    await talk.noteWaiting("the double joins again", again);
    alpha.memberId = "";
    const third = alpha.join();
    await talk.note("a third takes the place of the one who waits", again);
    await talk.noteWaiting("the third waits", third);
    await talk.note("beta joins", beta.join(3));
    await talk.note("the third is in", third);
    const parked = beta.sync();
    await talk.noteWaiting("beta syncs", parked);
    double.memberId = "";
    const fourth = double.join();
    await talk.note("beta is sent back, since a double of the leader came", parked);
    await talk.noteWaiting("the double waits", fourth);
    await talk.note("beta joins", beta.join(3));
    await talk.note("the double is in", fourth);
  },
};

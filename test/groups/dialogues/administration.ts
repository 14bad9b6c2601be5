import { topicToCommit, type GroupDialogue } from "../../support/group-dialogue.js";
import { stable } from "./coming-in.js";

/** Describing, listing and deleting groups. */
export const administrationDialogues: Readonly<Record<string, (talk: GroupDialogue) => Promise<void>>> = {
  administration: async (talk) => {
    const alpha = await talk.client("alpha");
    const other = `${talk.group}-other`;
    for (let version = 0; version <= 6; version++)
      await talk.note(`describe the unknown in version ${version}`, alpha.describe(version));
    await alpha.commit(9, { groupId: other, topics: [topicToCommit("orders", 1n)] });
    await talk.note("describe a simple group", alpha.describe(6, [other]));
    await stable(talk, alpha);
    for (let version = 0; version <= 6; version++)
      await talk.note(`describe in version ${version}`, alpha.describe(version));
    await talk.note("describe no id", alpha.describe(6, [""]));
    for (let version = 0; version <= 5; version++) await talk.note(`list in version ${version}`, alpha.list(version));
    for (const statesFilter of [["Stable"], [" stable "], ["empty", "STABLE"], ["Dead"], ["nonsense"], [""]]) {
      await talk.note(`list ${statesFilter.join()}`, alpha.list(5, { statesFilter }));
    }
    for (const typesFilter of [["classic"], ["Classic", "share"], ["consumer"], ["nonsense"]]) {
      await talk.note(`list ${typesFilter.join()}`, alpha.list(5, { typesFilter }));
    }
    for (let version = 0; version <= 2; version++) {
      await talk.note(
        `delete in version ${version}`,
        alpha.deleteGroups(version, [talk.group, `${talk.group}-unknown`]),
      );
    }
    await talk.note("delete twice at once", alpha.deleteGroups(2, [other, other]));
    await talk.note("delete again", alpha.deleteGroups(2, [other]));
    await talk.note("delete nothing", alpha.deleteGroups(2, []));
    await talk.note("its offsets are gone", alpha.fetch(8, { groups: [{ groupId: other, topics: null }] }));
    await talk.note("delete no id", alpha.deleteGroups(2, [""]));
    const asked = await alpha.leave();
    await talk.note("alpha has left", Promise.resolve(asked));
    await talk.note("describe the empty group", alpha.describe());
    await talk.note("delete the empty group", alpha.deleteGroups(2, [talk.group]));
    await talk.note("describe the deleted group", alpha.describe());
    await talk.note("join the deleted group with the old id", alpha.join());
  },
};

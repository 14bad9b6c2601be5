import { pause, type DialogueClient, type GroupDialogue } from "../../support/group-dialogue.js";

/** Joins, with whatever the version wants to be done first, and notes it. */
export async function comeIn(talk: GroupDialogue, client: DialogueClient, version: number): Promise<void> {
  const name = client.connection.clientId;
  const answer = await talk.note(`${name} joins in version ${version}`, client.join(version));
  if (answer.errorCode === 79) await talk.note(`${name} joins with its id`, client.join(version));
}

/** As {@link comeIn}, for one who will have to wait: the promise is of the last answer. */
export async function knock(talk: GroupDialogue, client: DialogueClient, version: number): Promise<unknown> {
  const asked = client.join(version);
  if (version < 4) return asked;
  await talk.note(`${client.connection.clientId} asks for an id in version ${version}`, asked);
  return client.join(version);
}

/** Makes the client the one member of a stable group. */
export async function stable(talk: GroupDialogue, client: DialogueClient): Promise<void> {
  await comeIn(talk, client, 9);
  await talk.note(
    "syncs",
    client.sync(5, { assignments: [{ memberId: client.memberId, assignment: Buffer.from("everything") }] }),
  );
}

/** Makes the clients the two members of a stable group, the first one leading. */
export async function pair(talk: GroupDialogue, leader: DialogueClient, follower: DialogueClient): Promise<void> {
  await stable(talk, leader);
  await follower.join();
  const waiting = follower.join();
  await pause(150);
  await talk.note("leads", leader.join());
  await talk.note("follows", waiting);
  await talk.note(
    "assigns",
    leader.sync(5, { assignments: [{ memberId: leader.memberId, assignment: Buffer.from("a") }] }),
  );
  await talk.note("is assigned", follower.sync());
}

import { decodeAssignment, encodeAssignment } from "@moldau/protocol-codec";

/*
 * A leader whose assignor failed can tell the others in one place only: in what it gives to them. So it gives everybody nothing, with a note in
 * the user data of the assignment, which members of this kind read. For others there is no partition in it, and nothing else.
 *
 *   user data:   moldau:not-shared:<the sentence, UTF-8>
 */

const mark = Buffer.from("moldau:not-shared:");
const assignmentVersion = 3;
/** In bytes: a sentence may name what an application threw. */
const longestSentence = 2000;

/** Writes an assignment of nothing that says why. */
export function writeRefusal(sentence: string): Buffer {
  const userData = Buffer.concat([mark, Buffer.from(sentence).subarray(0, longestSentence)]);
  return encodeAssignment(assignmentVersion, { assignedPartitions: [], userData });
}

/** Reads why nothing was shared out; undefined when something was, or an assignor says something else. Throws DecodeError. */
export function readRefusal(assignment: Buffer): string | undefined {
  if (assignment.length === 0) return undefined;
  const { userData } = decodeAssignment(assignment);
  if (userData === null || !userData.subarray(0, mark.length).equals(mark)) return undefined;
  return userData.subarray(mark.length, mark.length + longestSentence).toString();
}

import type { SaslUser } from "../security/users.js";
import { UsageError } from "./usage-error.js";

/** The environment's variable with users, separated by white space. */
export const usersVariable = "MOLDAU_USERS";

/** Reads `NAME:PASSWORD`; the password may have colons in it. Throws a {@link UsageError} that says where it stands, not what. */
export function parseUser(text: string, where: string): SaslUser {
  const at = text.indexOf(":");
  if (at < 1 || at === text.length - 1)
    throw new UsageError(
      `${where} takes NAME:PASSWORD${at === -1 ? ": there is no colon in it." : ", both with something in them."}`,
    );
  return { username: text.slice(0, at), password: text.slice(at + 1) };
}

/** Reads a file of users: one `NAME:PASSWORD` a line; empty lines and those that begin with `#` say nothing. */
export function parseUserFile(text: string, path: string): SaslUser[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const isEmpty = line.trim() === "" || line.startsWith("#");
    return isEmpty ? [] : [parseUser(line, `line ${index + 1} of ${path}`)];
  });
}

/** Reads the users of the environment's variable. */
export function parseUserVariable(text: string): SaslUser[] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((user) => parseUser(user, usersVariable));
}

const maxNameLength = 249;

/** Says in Kafka's words why a topic cannot have this name; undefined when it can. */
export function topicNameProblem(name: string): string | undefined {
  const reason = nameProblem(name);
  return reason === undefined ? undefined : `Topic name is invalid: ${reason}`;
}

function nameProblem(name: string): string | undefined {
  if (name === "") return "the empty string is not allowed";
  if (name === "." || name === "..") return `'${name}' is not allowed`;
  if (name.length > maxNameLength)
    return `the length of '${name}' is longer than the max allowed length ${maxNameLength}`;
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
  return undefined;
}

/** The existing name that `name` cannot be told from in the names of metrics, where a dot and an underscore are the same; undefined when there is none. */
export function collidingName(name: string, existing: Iterable<string>): string | undefined {
  if (!/[._]/.test(name)) return undefined;
  const unified = name.replaceAll(".", "_");
  for (const other of existing) {
    if (other !== name && other.replaceAll(".", "_") === unified) return other;
  }
  return undefined;
}

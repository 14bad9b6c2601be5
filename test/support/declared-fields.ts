/** The names of the fields in an interface, type or argument that a TypeScript source declares; not those of the objects in it. */
export function fieldsOf(source: string, name: string): string[] {
  const beginning = new RegExp(String.raw`(?:(?:interface|type) ${name}(?:<[^{]*>)? (?:= )?|\b${name}\(\w+: )\{`).exec(
    source,
  );
  if (beginning === null) throw new Error(`There is no declaration of ${name}.`);
  const code = source.slice(beginning.index + beginning[0].length).replaceAll(/\/\*.*?\*\//gs, "");
  const names: string[] = [];
  let depth = 1;
  for (const [token, field] of code.matchAll(/[{}()]|(\w+)\??:/g)) {
    if (token === "{" || token === "(") depth += 1;
    if (token === "}" || token === ")") depth -= 1;
    if (depth === 0) return names;
    if (depth === 1 && field !== undefined) names.push(field);
  }
  throw new Error(`The declaration of ${name} has no end.`);
}

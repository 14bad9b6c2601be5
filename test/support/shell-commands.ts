/**
 * The commands of a shell text, each as its words: `a 'b c' && d # e` is [["a", "b c"], ["d"]]. It knows quotes, backslashes, comments,
 * continued lines, and what stands between commands; variables stay as they are written. Throws an Error for a quote that is not closed.
 */
export function shellCommands(text: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  const endCommand = (): void => {
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (const token of tokensOf(text.replaceAll("\\\n", ""))) {
    if (/^(?:[\n;&|]+|#.*)$/.test(token)) endCommand();
    else words.push(unquoted(token));
  }
  endCommand();
  return commands;
}

const token = /\s*?(?:(\n|;|&&?|\|\|?)|(#[^\n]*)|((?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\;&|])+))/gsy;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  for (let end = 0; text.slice(end).trim() !== ""; end = token.lastIndex) {
    const found = token.exec(text);
    if (found === null) throw new Error(`the shell would not understand this: ${text.slice(end).trim()}`);
    tokens.push(found[1] ?? found[2] ?? found[3] ?? "");
  }
  return tokens;
}

function unquoted(word: string): string {
  return word.replaceAll(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
    (_match, single: string | undefined, double: string | undefined, escaped: string | undefined) =>
      single ?? double?.replaceAll(/\\(["\\$`])/g, "$1") ?? escaped ?? "",
  );
}

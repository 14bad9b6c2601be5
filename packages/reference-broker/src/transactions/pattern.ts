/** Compiles a regular expression; undefined when it is none. The function says whether the whole of a text looks like it. */
export function compilePattern(pattern: string): ((text: string) => boolean) | undefined {
  try {
    const compiled = new RegExp(`^(?:${pattern})$`, "su");
    return (text) => compiled.test(text);
  } catch {
    return undefined;
  }
}

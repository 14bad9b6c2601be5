/** The pattern is none. */
export class PatternSyntaxError extends Error {
  constructor() {
    super("the pattern is no regular expression");
    this.name = "PatternSyntaxError";
  }
}

/** Goes through a pattern. */
export class PatternReader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  /** Whether everything has been read. */
  get isAtEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  /** Whether this comes next. */
  sees(text: string): boolean {
    return this.#pattern.startsWith(text, this.#at);
  }

  /** Steps over a text, if it comes next. */
  take(text: string): boolean {
    if (!this.sees(text)) return false;
    this.#at += text.length;
    return true;
  }

  /** Steps over what a sticky expression matches, and gives its groups; undefined when it does not match here. */
  match(expression: RegExp): Readonly<Record<string, string | undefined>> | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#pattern);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found.groups ?? {};
  }

  /** The next character as a code point. Throws a PatternSyntaxError at the end. */
  next(): number {
    const codePoint = this.#pattern.codePointAt(this.#at);
    if (codePoint === undefined) throw new PatternSyntaxError();
    this.#at += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }
}

/** When each step of closing has to end, in milliseconds of the clock. What one step does not need is left to the next. */
export interface ClosingDeadlines {
  /** The body that runs asks for more, or is left. */
  readonly body: number;
  /** The last commit, and those of the application before it. */
  readonly commit: number;
  /** The farewell to the group. */
  readonly leave: number;
}

/** Shares the time for closing out, so that whatever one step meets, the next one has some left. */
export function closingDeadlines(now: number, timeoutMs: number): ClosingDeadlines {
  return { body: now + timeoutMs * 0.5, commit: now + timeoutMs * 0.8, leave: now + timeoutMs };
}

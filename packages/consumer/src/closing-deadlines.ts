/** When each step of closing has to end, in milliseconds of the clock. What one step does not need is left to the next. */
export interface ClosingDeadlines {
  /** The body that runs asks for more, or is left. */
  readonly body: number;
  /** The last commit, and those of the application before it. */
  readonly commit: number;
  /** The farewell to the group. */
  readonly leave: number;
}

/** Shares the time for closing out, so that whatever one step meets, the next one has some left: a body may take long, a commit seldom does. */
export function closingDeadlines(now: number, timeoutMs: number): ClosingDeadlines {
  return { body: now + timeoutMs * 0.75, commit: now + timeoutMs * 0.9, leave: now + timeoutMs };
}

/** The same steps in less time: whichever is sooner counts. */
export function sooner(some: ClosingDeadlines, others: ClosingDeadlines): ClosingDeadlines {
  return {
    body: Math.min(some.body, others.body),
    commit: Math.min(some.commit, others.commit),
    leave: Math.min(some.leave, others.leave),
  };
}

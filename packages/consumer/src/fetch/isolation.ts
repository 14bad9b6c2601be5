/**
 * Which messages of transactions are handed out: only committed ones, or all, as they come. Messages outside of transactions come
 * either way; what lies behind the first open transaction waits for it with `"read_committed"`.
 */
export type IsolationLevel = "read_committed" | "read_uncommitted";

/** The levels by name, as requests carry them. */
export const isolationLevels = { read_uncommitted: 0, read_committed: 1 } as const;

/** `TRANSACTION_LEVELS=all`: tests with programs of others use every level of `transaction.version`. */
export const usesEveryLevel = process.env["TRANSACTION_LEVELS"] === "all";

/**
 * The levels of `transaction.version` that programs of others are tried under: KIP-890's second part, and the protocol before it. For clients
 * level 1 is as level 0; our own broker's answers are compared under each.
 */
export const triedLevels: readonly (0 | 1 | 2)[] = usesEveryLevel ? [2, 1, 0] : [2, 0];

/** What a user may be allowed to do with a thing, in Kafka's names; `"UNKNOWN"` for what this version does not know. */
export type AuthorizedOperation =
  | "UNKNOWN"
  | "READ"
  | "WRITE"
  | "CREATE"
  | "DELETE"
  | "ALTER"
  | "DESCRIBE"
  | "CLUSTER_ACTION"
  | "DESCRIBE_CONFIGS"
  | "ALTER_CONFIGS"
  | "IDEMPOTENT_WRITE"
  | "CREATE_TOKENS"
  | "DESCRIBE_TOKENS"
  | "TWO_PHASE_COMMIT";

/** Reads the bits of an answer, one for each operation (KIP-430); undefined where the broker did not tell. */
export function operationsIn(bits: number): readonly AuthorizedOperation[] | undefined {
  if (bits === notTold) return undefined;
  const numbers = Array.from({ length: 32 }, (_, number) => number).filter((number) => (bits & (1 << number)) !== 0);
  return numbers.map((number) => byNumber[number] ?? "UNKNOWN");
}

const notTold = -(2 ** 31);

/** By Kafka's numbers; 1 and 2 stand for any and for all operations, which are no answer. */
const byNumber: readonly (AuthorizedOperation | undefined)[] = [
  ...[undefined, undefined, undefined],
  ...(["READ", "WRITE", "CREATE", "DELETE", "ALTER", "DESCRIBE", "CLUSTER_ACTION"] as const),
  ...(["DESCRIBE_CONFIGS", "ALTER_CONFIGS", "IDEMPOTENT_WRITE", "CREATE_TOKENS", "DESCRIBE_TOKENS"] as const),
  "TWO_PHASE_COMMIT",
];

// Writes docs/reference/errors.md from the table by which the producer judges the errors of transactions. `npm run docs` puts the result into its place.

import { ruleOf, transactionErrorRules, type ErrorRule, type TransactionalApi } from "@moldau/producer/internal";
import { ErrorCode, errorByCode, type ErrorName } from "@moldau/protocol-codec";

/** In the order in which a transaction asks them. */
const transactionalApis: readonly TransactionalApi[] = [
  ...(["FindCoordinator", "InitProducerId", "AddPartitionsToTxn", "Produce", "AddOffsetsToTxn"] as const),
  ...(["TxnOffsetCommit", "EndTxn"] as const),
];

/** What somebody does about an error whose rule does not say it all. */
const advice: Partial<Readonly<Record<ErrorName, string>>> = {
  PRODUCER_FENCED:
    "Another producer has this transactional id: it goes on, this one ends. Close it; if both are meant to live, give each its own id: [zombies](../guides/transactions.md#zombies-and-fencing). In the middle of a transaction it may also be that `transactionTimeoutMs` were over. The abort finds out which it was, and then the code is CLIENT_TRANSACTION_EXPIRED: run the work again, in shorter transactions or with a longer time.",
  INVALID_PRODUCER_EPOCH: "As PRODUCER_FENCED.",
  INVALID_TXN_STATE: "The coordinator has ended the transaction already: as PRODUCER_FENCED in the middle of one.",
  INVALID_PRODUCER_ID_MAPPING:
    "The id has rested for longer than the broker's `transactional.id.expiration.ms`, and got a new producer id: run the work again.",
  UNKNOWN_PRODUCER_ID: "The partition has forgotten the producer, whose records are deleted: run the work again.",
  OUT_OF_ORDER_SEQUENCE_NUMBER: "A batch before this one is not in the log: run the work again.",
  TRANSACTION_ABORTABLE: "Run the work again.",
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    "Let the user `Write` and `Describe` on the transactional id, then start anew.",
  CLUSTER_AUTHORIZATION_FAILED: "Let the user `IdempotentWrite` on the cluster (brokers before 2.8), then start anew.",
  GROUP_AUTHORIZATION_FAILED: "Let the user `Read` on the group; then run the work again.",
  TOPIC_AUTHORIZATION_FAILED:
    "Let the user `Write` on the topic, and `Read` on those whose offsets are committed; then run the work again.",
  INVALID_TRANSACTION_TIMEOUT:
    "Choose a `transactionTimeoutMs` of at most the broker's `transaction.max.timeout.ms` (900,000).",
  UNSUPPORTED_VERSION: "The broker is too old for transactions: they are there from Apache Kafka 0.11 on.",
  UNSUPPORTED_FOR_MESSAGE_FORMAT: "The group's log is kept in a format from before 0.11: move the cluster on.",
  OPERATION_NOT_ATTEMPTED: "Another partition of the same request was refused: look for its error.",
  ILLEGAL_GENERATION: "The group has gone on without this member: what was read is read again, by it or by others.",
  UNKNOWN_MEMBER_ID: "As ILLEGAL_GENERATION; the member was away for longer than its session.",
  FENCED_INSTANCE_ID: "Another member has the same `groupInstanceId`: give each its own.",
  STALE_MEMBER_EPOCH: "As ILLEGAL_GENERATION.",
  FENCED_MEMBER_EPOCH: "As ILLEGAL_GENERATION.",
  REBALANCE_IN_PROGRESS: "As ILLEGAL_GENERATION.",
  INVALID_GROUP_ID: "Name a group in `sendOffsets`.",
  OFFSET_METADATA_TOO_LARGE: "Commit a shorter text with the offset, within the broker's `offset.metadata.max.bytes`.",
  INVALID_COMMIT_OFFSET_SIZE: "Commit fewer offsets in one transaction.",
  UNKNOWN_SERVER_ERROR: "Nothing, unless it lasts: then the broker's log says more.",
  UNKNOWN_TOPIC_OR_PARTITION: "Nothing, if the topic is about to be there; otherwise create it.",
};

const actions: Readonly<Record<ErrorRule["action"], string>> = {
  repeat: "Nothing: it passes.",
  abort: "Run the work again.",
  stop: "Close the producer.",
};

/** The whole page. */
export function transactionErrorsPage(): string {
  return [
    "# Errors of transactions",
    "<!-- Written by `npm run docs` from the table that the producer works by: do not edit. test/protocol/transaction-errors.ts says how. -->",
    introduction,
    "## What the producer does",
    "A dot means that the API has no rule of its own for the error: then the last two lines hold.",
    matrix(),
    "## What you do",
    "By name. What is repeated reaches you only when it did not pass in time: as the code of the call's error, with `retriable: true`.",
    duties(),
    "",
  ].join("\n\n");
}

const introduction = `What becomes of a producer with a \`transactionalId\`, and of its transaction, when a broker refuses a request. How to write for it:
[transactions](../guides/transactions.md#errors). Every other error: [errors and retries](../guides/errors-and-retries.md).

- **repeat**: the same request again, after a pause, for \`maxBlockMs\`, and batches of messages for \`deliveryTimeoutMs\`. *Coordinator* and *leader* say who is
  looked up anew before that. A connection that is lost, or an answer that does not come, is repeated too.
- **abort**: the transaction cannot be committed any more. \`commit()\` aborts it and rejects, also where the error was caught; the next transaction
  begins as if nothing had been.
- **stop**: the end of this producer. Every later call fails with the same error.`;

/** Every error that some API has a rule for, by number. */
const errors: readonly ErrorName[] = [
  ...new Set(transactionalApis.flatMap((api) => Object.keys(transactionErrorRules[api].errors).filter(isErrorName))),
].toSorted((left, right) => ErrorCode[left] - ErrorCode[right]);

function isErrorName(name: string): name is ErrorName {
  return Object.hasOwn(ErrorCode, name);
}

function matrix(): string {
  const rows = errors.map((name) => [
    `\`${name}\``,
    ...transactionalApis.map((api) => {
      const rule = transactionErrorRules[api].errors[name];
      return rule === undefined ? "·" : ruleText(rule);
    }),
  ]);
  const others = transactionalApis.map((api) => ruleText(transactionErrorRules[api].others));
  return table(
    ["Error", ...transactionalApis],
    [
      ...rows,
      ["others that pass by themselves", ...transactionalApis.map((api) => ruleText(ruleOf(api, passing)))],
      ["others", ...others],
    ],
  );
}

/** An error that passes by itself and that no API has a rule for. */
const passing = ErrorCode.THROTTLING_QUOTA_EXCEEDED;

function ruleText(rule: ErrorRule): string {
  if (rule.action !== "repeat") return rule.action;
  const anew = /(?<whom>\w+), looked up anew$/.exec(rule.ask)?.groups?.["whom"];
  return anew === undefined ? "repeat" : `repeat, *${anew}*`;
}

function duties(): string {
  const rows = errors.toSorted().map((name) => {
    const code = ErrorCode[name];
    return [`\`${name}\``, String(code), errorByCode(code).message, advice[name] ?? dutyOf(name)];
  });
  return table(["Error", "Number", "It says", "What you do"], rows);
}

/** What there is to do by the rules alone. @throws when APIs have different ones, so that a sentence has to say which is when. */
function dutyOf(name: ErrorName): string {
  const found = new Set(transactionalApis.flatMap((api) => transactionErrorRules[api].errors[name]?.action ?? []));
  const [action] = found;
  if (found.size !== 1 || action === undefined)
    throw new Error(`${name} means different things, and nothing says what to do about it.`);
  return actions[action];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

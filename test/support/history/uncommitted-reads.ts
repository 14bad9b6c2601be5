import type { Settled } from "./facts.js";
import type { Finding, Search } from "./finding.js";
import { polledBy, type Sighting } from "./operation.js";

/**
 * `G1a`: a value was polled whose transaction was aborted, or whose send failed. `precommitted-read`: a value was polled before the commit of its
 * transaction was asked for; by the transaction itself, for one. What a poll brings is to be committed whatever becomes of the operation that
 * polled it.
 */
export const uncommittedReads: Search = (facts) =>
  facts.operations.flatMap((reader) =>
    polledBy(reader.operation).flatMap((sighting) => {
      const writer = facts.writerOf(sighting.key, sighting.value);
      return writer === undefined ? neverSent(sighting, reader) : judge({ sighting, reader, writer });
    }),
  );

function judge({
  sighting: { key, value },
  reader,
  writer,
}: {
  readonly sighting: Sighting;
  readonly reader: Settled;
  readonly writer: Settled;
}): readonly Finding[] {
  const lines = [writer.line, reader.line];
  if (writer.operation.type === "fail")
    return [{ anomaly: "G1a", what: `the value ${value} of key ${key} was polled, and never to count`, lines }];
  if (!beginsBeforeCommit(reader, writer)) return [];
  const what = `the value ${value} of key ${key} was polled before its transaction was committed`;
  return [{ anomaly: "precommitted-read", what, lines }];
}

/** What nobody sent was certainly not committed. */
function neverSent({ key, value }: Sighting, reader: Settled): readonly Finding[] {
  return [
    { anomaly: "G1a", what: `the value ${value} of key ${key} was polled, and nobody sent it`, lines: [reader.line] },
  ];
}

/** Whether a reader was through before a commit was asked for, or has the value of its own transaction. */
function beginsBeforeCommit(reader: Settled, { operation, line, invokedAt }: Settled): boolean {
  if (operation.f !== "txn" && operation.f !== "send") return false;
  return line === reader.line || reader.operation.time < (operation.commitTime ?? invokedAt);
}

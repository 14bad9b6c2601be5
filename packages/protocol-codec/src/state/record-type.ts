import { invalidArgument, kindOf } from "../arguments.js";
import { EncodeError } from "../errors.js";
import type { Message } from "../schema/index.js";

/** The number that names a record of Kafka's own logs; throws EncodeError for a message that is no such record. */
export function recordTypeOf(message: Message): number {
  if (typeof message !== "object" || message === null)
    throw invalidArgument(`message: one of the records, such as OffsetCommitKey, wanted, not ${kindOf(message)}`);
  const { name, recordType } = message;
  if (recordType === undefined)
    throw new EncodeError(`${name} is not a record of Kafka's own logs: it has no record type`);
  return recordType;
}

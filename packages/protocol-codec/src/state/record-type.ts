import { EncodeError } from "../errors.js";
import type { Message } from "../schema/index.js";

/** The number that names a record of Kafka's own logs; throws EncodeError for a message that is no such record. */
export function recordTypeOf({ name, recordType }: Message): number {
  if (recordType === undefined)
    throw new EncodeError(`${name} is not a record of Kafka's own logs: it has no record type`);
  return recordType;
}

import { readInt64AsNumber } from "./layout.js";
import { legacyField, parseLegacyMessage } from "./legacy-message.js";
import { noHeaders, RecordCursor } from "./record.js";
import type { RecordHeader } from "./record.js";
import type { RecordStretch } from "./record-texts.js";

/** A stretch of uncompressed messages of one magic, and what turns their offsets into those of the log. */
export interface LegacyMessages extends RecordStretch {
  readonly magic: number;
  /** Offset of the first message in the log. */
  readonly baseOffset: bigint;
  /** What to add to an offset as it stands: not 0 only inside a wrapper of magic 1, where they are relative. */
  readonly offsetShift: bigint;
  /** The wrapper's timestamp, when the broker set it for all of them. */
  readonly logAppendTime: bigint | undefined;
}

/** The cursor over messages of magic 0 or 1. */
export class LegacyRecordCursor extends RecordCursor {
  readonly #messages: LegacyMessages;
  #start = 0;
  #next: number;

  constructor(messages: LegacyMessages) {
    super(messages);
    this.#messages = messages;
    this.#next = messages.start;
    if (messages.logAppendTime !== undefined) this.timestamp = Number(messages.logAppendTime);
  }

  next(): boolean {
    const { buffer, end, magic, baseOffset, logAppendTime } = this.#messages;
    if (this.#next >= end) return false;
    const message = parseLegacyMessage(buffer, this.#next, end);
    this.#start = message.start;
    this.#next = message.end;
    this.offsetDelta = Number(this.offset - baseOffset);
    if (magic === 1 && logAppendTime === undefined)
      this.timestamp = readInt64AsNumber(buffer, message.start + legacyField.timestamp);
    this.keyStart = message.keyStart;
    this.keyLength = message.keyLength;
    this.valueStart = message.valueStart;
    this.valueLength = message.valueLength;
    this.headersStart = message.end;
    return true;
  }

  restart(): RecordCursor {
    return new LegacyRecordCursor(this.#messages);
  }

  get offset(): bigint {
    return this.buffer.readBigInt64BE(this.#start) + this.#messages.offsetShift;
  }

  get exactTimestamp(): bigint {
    const { magic, logAppendTime } = this.#messages;
    return logAppendTime ?? (magic === 0 ? -1n : this.buffer.readBigInt64BE(this.#start + legacyField.timestamp));
  }

  get headers(): readonly RecordHeader[] {
    return noHeaders;
  }
}

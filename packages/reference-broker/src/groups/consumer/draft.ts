import { CoordinatorError } from "../../coordination/coordinator-error.js";
import type { GroupRecord } from "../records.js";
import { applyRecord } from "./apply.js";
import type { ConsumerCommand, ConsumerStep } from "./events.js";
import type { ConsumerGroupRecord } from "./records.js";
import { newConsumerGroup, type ConsumerGroup } from "./state.js";

/** A record without the id of the group, which a draft knows. */
type Unaddressed<Record> = Record extends unknown ? Omit<Record, "groupId"> : never;

/** A step that is being worked out: the records so far, and the group as it is with them. */
export class Draft {
  readonly groupId: string;
  /** The group as it was before the step, or as it was taken over from the classic protocol. */
  readonly before: ConsumerGroup;
  #group: ConsumerGroup;
  readonly #records: GroupRecord[];
  readonly #commands: ConsumerCommand[] = [];

  /** `records` are written before those of the draft: `before` has them already. */
  constructor(groupId: string, before: ConsumerGroup = newConsumerGroup, records: readonly GroupRecord[] = []) {
    this.groupId = groupId;
    this.before = before;
    this.#group = before;
    this.#records = [...records];
  }

  /** The group with all that was written so far. */
  get group(): ConsumerGroup {
    return this.#group;
  }

  /** Writes a record of the group. */
  write(record: Unaddressed<ConsumerGroupRecord>): void {
    const whole: ConsumerGroupRecord = { ...record, groupId: this.groupId };
    this.#records.push(whole);
    this.#group = applyRecord(this.#group, whole) ?? newConsumerGroup;
  }

  /** Writes records of whatever kind, after which there is nothing more to be worked out of the group. */
  end(records: readonly GroupRecord[]): void {
    this.#records.push(...records);
  }

  /** Has something done after the records have been appended. */
  command(...commands: readonly ConsumerCommand[]): void {
    this.#commands.push(...commands);
  }

  /** The step, as far as it has come. */
  get step(): ConsumerStep {
    return { records: this.#records, commands: this.#commands };
  }
}

/** A step that does nothing. */
export const noStep: ConsumerStep = { records: [], commands: [] };

/** A refusal with Kafka's error and Kafka's kind of sentence. */
export function refusal(errorCode: number, message: string): CoordinatorError {
  return new CoordinatorError(errorCode, { message });
}

import { brokers } from "../brokers.js";
import { crowd } from "./crowd.js";
import { secondMember } from "./second-member.js";

/** How often to measure. */
export interface GroupsOptions {
  readonly rounds: number;
}

/** Groups on every broker that this machine can run: what it takes when a second member joins, and what many members cost. */
export async function groups({ rounds }: GroupsOptions): Promise<void> {
  for (const [index, start] of brokers().entries()) {
    const broker = await start();
    try {
      await secondMember(broker, rounds);
      // The reference broker alone: an Apache Kafka on the same machine would be what is measured.
      if (index === 0) await crowd(broker);
    } finally {
      await broker.close();
    }
  }
}

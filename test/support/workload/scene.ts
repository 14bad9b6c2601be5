import type { Clock } from "@moldau/platform";
import type { Key, Value } from "../history/operation.js";
import type { WorkloadClients } from "./clients.js";
import type { Dice } from "./dice.js";
import type { Recorder } from "./recorder.js";

/** What the processes of a workload have in common. */
export interface Scene {
  readonly clients: WorkloadClients;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly recorder: Recorder;
  /** What is sent there is passed on. */
  readonly inputs: readonly Key[];
  /** Where it is passed on to. */
  readonly outputs: readonly Key[];
  /** Whether nothing more is to be begun. */
  isOver(): boolean;
  /** A value that nobody has sent yet. */
  newValue(): Value;
  /** Something goes on beside the process that began it; it is waited for at the end. */
  beside(work: Promise<void>): void;
}

/** Makes a client; again, while the cluster is not to be had. */
export async function insist<Client>({ clock }: Scene, make: () => Promise<Client>): Promise<Client> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await make();
    } catch (error) {
      if (attempt === 100) throw error;
      await clock.sleep(200);
    }
  }
}

/** Resolves when nothing has happened for so long. */
export async function untilQuiet({ recorder, clock }: Scene, quietMs: number): Promise<void> {
  for (let before = -1; before !== recorder.history.length;) {
    before = recorder.history.length;
    await clock.sleep(quietMs);
  }
}

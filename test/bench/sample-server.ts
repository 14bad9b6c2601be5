import { calibrate, sample, type Calibrated, type Work } from "./sampler.js";
import type { Answer, Question } from "./sampled-process.js";

/** What a process offers to do. */
export interface Offer {
  readonly title: string;
  /** The work of each row by the row's name. */
  readonly works: ReadonlyMap<string, Work>;
  /** What comes out of a row's work, where that can be compared. */
  readonly facts?: (row: string) => Promise<{ readonly facts: string; readonly bytes: number }>;
}

/** Does what the parent process asks for until it lets go of this one (see `sampled-process.ts` for its side). */
export function serveSamples(offer: Offer): void {
  const calibrated = new Map<string, Calibrated>();
  process.on("message", (question: Question) => {
    answerTo(question, offer, calibrated).then(
      (given) => process.send?.(given),
      (error: unknown) => process.send?.({ failure: `${offer.title}: ${String(error)}` } satisfies Answer),
    );
  });
  process.on("disconnect", () => process.exit(0));
}

async function answerTo(
  question: Question,
  { title, works, facts }: Offer,
  calibrated: Map<string, Calibrated>,
): Promise<Answer> {
  switch (question.ask) {
    case "introduce":
      return { title, rows: [...works.keys()] };
    case "facts":
      if (facts === undefined) throw new Error("nothing here can be compared");
      return facts(question.row);
    case "calibrate": {
      const work = works.get(question.row);
      if (work === undefined) throw new Error(`no work for ${question.row}`);
      calibrated.set(question.row, await calibrate(work, question.milliseconds));
      return { micros: 0 };
    }
    case "sample": {
      const ready = calibrated.get(question.row);
      if (ready === undefined) throw new Error(`${question.row} was not calibrated`);
      return { micros: await sample(ready) };
    }
    default:
      return question satisfies never;
  }
}

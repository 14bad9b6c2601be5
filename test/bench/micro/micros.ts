import type { SamplingOptions } from "../sampler.js";
import { batchMicros, primitiveMicros } from "./batches.js";
import { timeAll } from "./harness.js";
import { timeImports } from "./imports.js";
import { timeMessages } from "./messages.js";
import { requestSamples } from "./requests.js";
import { responseSamples } from "./responses.js";

/** Times the codec alone, piece by piece, and prints where it stands to what is expected of it. */
export async function timeMicros(options: SamplingOptions): Promise<void> {
  const { samples, sampleMs } = options;
  console.log(
    `\nOne core each; CPU time of this process, in turn, ${samples} samples of ${sampleMs} ms, medians. What stands in one table shares a process.`,
  );
  await timeAll("Primitives, over a megabyte", primitiveMicros(), options);
  await timeAll("Record batches of 1,000 records of 100 B", batchMicros(), options);
  await timeMessages("Responses", responseSamples(), options);
  await timeMessages("Requests", requestSamples(), options);
  await timeImports(samples);
}

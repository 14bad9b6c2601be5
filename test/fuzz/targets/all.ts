import type { Target } from "../target.js";
import { decompressors } from "./decompressors.js";
import { frames, messages } from "./messages.js";
import { batches } from "./record-sets.js";
import { streams } from "./streams.js";

/** Everything that takes bytes from a peer or a log. */
export const allTargets: readonly Target[] = [frames, messages, streams, batches, ...decompressors];

import type { ServerAssignor } from "./assignor.js";
import { rangeAssignor } from "./range.js";
import { uniformAssignor } from "./uniform.js";

/** The assignors that this broker has. */
export const serverAssignors: readonly ServerAssignor[] = [uniformAssignor, rangeAssignor];

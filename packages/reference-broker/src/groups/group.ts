import { classicView } from "./classic/classic-view.js";
import type { ClassicGroup } from "./classic/state.js";
import { consumerView } from "./consumer/consumer-view.js";
import type { ConsumerGroup } from "./consumer/state.js";
import type { GroupView } from "./group-view.js";

/** A group of any protocol that there is: each has its state machine in a folder of its own. */
export type Group =
  | { readonly type: "classic"; readonly group: ClassicGroup }
  | { readonly type: "consumer"; readonly group: ConsumerGroup };

/** What the parts of the coordinator that do not depend on the protocol see of a group; undefined when there is none (any more). */
export function viewOf(group: Group | undefined): GroupView | undefined {
  if (group === undefined) return undefined;
  if (group.type === "consumer") return consumerView(group.group);
  return group.group.state === "Dead" ? undefined : classicView(group.group);
}

import type { Facts, Settled } from "./facts.js";
import type { Finding, Search } from "./finding.js";
import { polledBy } from "./operation.js";
import { cyclesIn, type Graph } from "./strongly-connected.js";

/**
 * Circles among operations. Edges are `ww`: one wrote the value right before the other's, in some key; and `wr`: one polled what the other wrote.
 *
 * `G1c`: a circle of reads alone. Each of its transactions would have been committed before it read what came of that. `G0` (a circle of writes) and
 * `ww-G1c` (one of both) are allowed by Kafka, which does not keep the writes of transactions apart.
 */
export const cycles: Search = (facts) => {
  const reads = readEdges(facts);
  const writes = writeEdges(facts);
  const both = merge(reads, writes);
  const ofReads = cyclesIn(reads);
  const ofWrites = cyclesIn(writes);
  const isKnown = (lines: readonly number[]): boolean =>
    [...ofReads, ...ofWrites].some(
      (known) => known.length === lines.length && known.every((line, index) => line === lines[index]),
    );
  return [
    ...ofReads.map((lines) => circle("G1c", lines)),
    ...ofWrites.map((lines) => circle("G0", lines)),
    ...cyclesIn(both)
      .filter((lines) => !isKnown(lines))
      .map((lines) => circle("ww-G1c", lines)),
  ];
};

function circle(anomaly: Finding["anomaly"], lines: readonly number[]): Finding {
  return { anomaly, what: `operations that came before each other, in a circle of ${lines.length}`, lines };
}

/** From who wrote a value to who polled it. */
function readEdges({ operations, writerOf }: Facts): Graph {
  const graph = new Map<number, Set<number>>();
  for (const { operation, line } of operations) {
    for (const { key, value } of polledBy(operation)) connect(graph, writerOf(key, value), line);
  }
  return graph;
}

/** From who wrote a value to who wrote the next one. */
function writeEdges({ orders, writerOf }: Facts): Graph {
  const graph = new Map<number, Set<number>>();
  for (const [key, { log }] of orders) {
    let before: Settled | undefined;
    for (const { values } of log) {
      const [value] = values;
      const writer = value === undefined ? undefined : writerOf(key, value);
      if (writer !== undefined) connect(graph, before, writer.line);
      before = writer;
    }
  }
  return graph;
}

function connect(graph: Map<number, Set<number>>, from: Settled | undefined, to: number): void {
  if (from === undefined || from.line === to) return;
  const targets = graph.get(from.line);
  if (targets === undefined) graph.set(from.line, new Set([to]));
  else targets.add(to);
}

function merge(left: Graph, right: Graph): Graph {
  const merged = new Map([...left].map(([from, targets]) => [from, new Set(targets)]));
  for (const [from, targets] of right) merged.set(from, new Set([...(merged.get(from) ?? []), ...targets]));
  return merged;
}

/** From each vertex to those that it leads to. */
export type Graph = ReadonlyMap<number, ReadonlySet<number>>;

interface Visit {
  readonly vertex: number;
  readonly targets: Iterator<number>;
}

/** The sets of vertices that lead to each other, each in ascending order: Tarjan's walk, on a stack of its own, since histories are long. */
export function cyclesIn(graph: Graph): readonly (readonly number[])[] {
  const walk = new Walk(graph);
  for (const vertex of graph.keys()) walk.from(vertex);
  return walk.found;
}

class Walk {
  readonly found: number[][] = [];
  readonly #graph: Graph;
  /** When a vertex was reached, counted from 0. */
  readonly #reached = new Map<number, number>();
  /** The earliest vertex that is known to be led to, by when it was reached. */
  readonly #lowest = new Map<number, number>();
  /** What was reached and belongs to no set yet. */
  readonly #open: number[] = [];
  readonly #isOpen = new Set<number>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  from(root: number): void {
    if (this.#reached.has(root)) return;
    const path = [this.#reach(root)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const { value: target, done } = visit.targets.next();
      if (done === true) {
        path.pop();
        this.#leave(visit.vertex, path.at(-1)?.vertex);
      } else if (!this.#reached.has(target)) path.push(this.#reach(target));
      else if (this.#isOpen.has(target)) this.#lower(visit.vertex, this.#reached.get(target));
    }
  }

  #reach(vertex: number): Visit {
    const at = this.#reached.size;
    this.#reached.set(vertex, at);
    this.#lowest.set(vertex, at);
    this.#open.push(vertex);
    this.#isOpen.add(vertex);
    return { vertex, targets: (this.#graph.get(vertex) ?? new Set<number>()).values() };
  }

  /** Hands what a vertex leads to on to the one it was reached from; closes its set when it leads to nothing earlier. */
  #leave(vertex: number, from: number | undefined): void {
    const lowest = this.#lowest.get(vertex);
    if (from !== undefined) this.#lower(from, lowest);
    if (lowest !== this.#reached.get(vertex)) return;
    const members = this.#open.splice(this.#open.lastIndexOf(vertex));
    for (const member of members) this.#isOpen.delete(member);
    if (members.length > 1) this.found.push(members.sort((left, right) => left - right));
  }

  #lower(vertex: number, to: number | undefined): void {
    const now = this.#lowest.get(vertex);
    if (to !== undefined && (now === undefined || to < now)) this.#lowest.set(vertex, to);
  }
}

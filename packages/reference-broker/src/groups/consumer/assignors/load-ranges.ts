/**
 * Whom to take a partition from, and whom to give it to, among the subscribers of one topic, in constant time for each:
 *
 *              ^                  those with the most
 *              |  those with the           #
 *   partitions |  least          [##<-   ]##
 *   of all     |               ##[#######]##
 *   topics     |  [...->  ]####[#######]####
 *              |  [#######]####[#######]####
 *              +------------------------------>  members
 *                                         ^^ have none of this topic to give
 *
 * The range at the left is filled up by one level before it grows to the right; the one at the right goes down by one level before
 * it grows to the left. They are level when the levels differ by one at most.
 */
export class LoadRanges {
  readonly #sizeOf: (member: number) => number;
  readonly #members: number[];
  #leastEnd = 0;
  #leastLevel: number;
  #nextLeast = 0;
  #mostStart: number;
  #mostEnd: number;
  #mostLevel: number;
  #nextMost: number;

  /** `members` by how much they have; `sizeOf` says how much that is at the moment. */
  constructor(members: readonly number[], sizeOf: (member: number) => number) {
    this.#sizeOf = sizeOf;
    this.#members = [...members];
    this.#leastLevel = this.#sizeAt(0) - 1;
    this.#mostStart = members.length;
    this.#mostEnd = members.length;
    this.#mostLevel = this.#sizeAt(members.length - 1) + 1;
    this.#nextMost = members.length - 1;
  }

  /** Whether nothing can be gained by moving a partition. */
  get areLevel(): boolean {
    return this.#mostLevel - this.#leastLevel <= 1;
  }

  /** The member to give a partition to, which is counted as given. */
  nextLeast(): number {
    if (this.#nextLeast >= this.#leastEnd) {
      this.#leastLevel++;
      while (this.#leastEnd < this.#members.length && this.#sizeAt(this.#leastEnd) === this.#leastLevel)
        this.#leastEnd++;
      this.#nextLeast = 0;
    }
    return this.#memberAt(this.#nextLeast++);
  }

  /** The member to take a partition from, for which `canGive` holds; undefined when there is none. It is counted as taken. */
  nextMost(canGive: (member: number) => boolean): number | undefined {
    for (;;) {
      if (this.#nextMost < this.#mostStart) this.#lowerMost();
      if (this.#nextMost < 0) return undefined;
      const place = this.#nextMost--;
      const member = this.#memberAt(place);
      if (canGive(member)) return member;
      this.#exclude(place);
    }
  }

  #lowerMost(): void {
    // When everybody of the range had nothing to give, it goes on with whoever is next.
    if (this.#mostEnd <= this.#mostStart && this.#mostStart > 0) this.#mostLevel = this.#sizeAt(this.#mostStart - 1);
    else this.#mostLevel--;
    while (this.#mostStart > 0 && this.#sizeAt(this.#mostStart - 1) === this.#mostLevel) this.#mostStart--;
    this.#nextMost = this.#mostEnd - 1;
  }

  /** Puts the member at a place behind the range. */
  #exclude(place: number): void {
    const member = this.#memberAt(place);
    this.#mostEnd--;
    this.#members[place] = this.#memberAt(this.#mostEnd);
    this.#members[this.#mostEnd] = member;
  }

  #memberAt(place: number): number {
    return this.#members[place] ?? 0;
  }

  #sizeAt(place: number): number {
    return this.#sizeOf(this.#memberAt(place));
  }
}

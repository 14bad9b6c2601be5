/** Members in order of how much they have, those with the least first; of equals the smaller id. */
export class MembersByLoad {
  readonly #loadOf: (memberId: string) => number;
  readonly #memberIds: string[];

  /** `loadOf` must not change its mind about a member that is in here but within {@link change}. */
  constructor(memberIds: Iterable<string>, loadOf: (memberId: string) => number) {
    this.#loadOf = loadOf;
    this.#memberIds = [...memberIds].sort((a, b) => this.#compare(a, b));
  }

  /** The least that anybody has; 0 when there is nobody. */
  get least(): number {
    return this.#load(this.#memberIds[0]);
  }

  /** The most that anybody has; 0 when there is nobody. */
  get most(): number {
    return this.#load(this.#memberIds.at(-1));
  }

  /** The first member for which `suits` holds. */
  find(suits: (memberId: string) => boolean): string | undefined {
    return this.#memberIds.find(suits);
  }

  /** Leaves those members out from now on. */
  remove(memberIds: readonly string[]): void {
    for (const memberId of memberIds) this.#memberIds.splice(this.#placeOf(memberId), 1);
  }

  /** Does what changes the load of these members. */
  change(memberIds: readonly string[], work: () => void): void {
    this.remove(memberIds);
    work();
    for (const memberId of memberIds) this.#memberIds.splice(this.#placeOf(memberId), 0, memberId);
  }

  #load(memberId: string | undefined): number {
    return memberId === undefined ? 0 : this.#loadOf(memberId);
  }

  /** Where the member stands, or would have to stand. */
  #placeOf(memberId: string): number {
    let low = 0;
    let high = this.#memberIds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#memberIds[middle];
      if (other !== undefined && this.#compare(other, memberId) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(a: string, b: string): number {
    return this.#loadOf(a) - this.#loadOf(b) || (a < b ? -1 : a > b ? 1 : 0);
  }
}

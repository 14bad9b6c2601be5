/**
 * Where in a message the codec is. The fast closures keep no path; after a failure the same work is done once more by
 * closures that do, so the path costs nothing while all goes well.
 */
export class FieldPath {
  readonly #segments: (string | number)[] = [];

  /** Runs `work` inside the named field or numbered element. When it throws, the path stays as it was at that moment. */
  within<T>(segment: string | number, work: () => T): T {
    this.#segments.push(segment);
    const result = work();
    this.#segments.pop();
    return result;
  }

  /** For example `responses[2].partitions[0].records`. */
  toString(): string {
    return this.#segments
      .map((segment, index) => (typeof segment === "number" ? `[${segment}]` : index === 0 ? segment : `.${segment}`))
      .join("");
  }
}

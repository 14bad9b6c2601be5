/** Throws a RangeError when `given` is no object, or has a key that is none of `known`; the sentence names the one that was probably meant. */
export function checkKeys(what: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new RangeError(`${what} takes an object with some of ${known.join(", ")}`);
  for (const key of Object.keys(given)) {
    if (!known.includes(key))
      throw new RangeError(`${what} has no option ${JSON.stringify(key)}: ${advice(key, known)}`);
  }
}

/** Throws a RangeError when `given` is none of `known`; the sentence says what was probably meant. `what` is the kind of name: "event". */
export function checkName(what: string, given: unknown, known: readonly string[]): void {
  if (typeof given === "string" && known.includes(given)) return;
  throw new RangeError(`unknown ${what} ${JSON.stringify(given) ?? String(given)}: ${advice(given, known)}`);
}

/** What to write in place of a wrong name: the one that it is nearest to, or any of a few. */
export function advice(given: unknown, known: readonly string[]): string {
  const nearest = typeof given === "string" ? nearestName(given, known) : undefined;
  if (nearest !== undefined) return `did you mean ${JSON.stringify(nearest)}?`;
  const shown = known.slice(0, mostShown).join(", ");
  return known.length > mostShown ? `write one such as ${shown}` : `write one of ${shown}`;
}

const mostShown = 12;

/** The name that a wrong one is at most a third away from; upper and lower case do not count. */
function nearestName(given: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(given.length / 3));
  // Whoever gives a whole book for a name gets no advice, and no minutes of comparing.
  if (given.length > longestName) return undefined;
  let nearest: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance <= limit && (nearest === undefined || distance < nearest.distance)) nearest = { name, distance };
  }
  return nearest?.name;
}

const longestName = 200;

/** How many letters have to be added, left out, replaced or swapped with their neighbour to make one text of the other. */
function editDistance(one: string, other: string): number {
  let twoAbove: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      const isSwap = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const swapped = isSwap ? (twoAbove[column - 2] ?? 0) + 1 : replaced;
      current.push(Math.min(replaced, swapped, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    twoAbove = above;
    above = current;
  }
  return above[other.length] ?? 0;
}

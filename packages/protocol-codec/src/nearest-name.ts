/**
 * The name that somebody who wrote `written` most likely meant; undefined when none is close: at most a third of its letters, and always
 * one, may be wrong, missing, too many or swapped with their neighbour. Upper and lower case count for nothing.
 */
export function nearestName(written: string, names: Iterable<string>): string | undefined {
  // Whoever gives a whole book for a name gets no advice, and no minutes of comparing.
  if (written.length > longestName) return undefined;
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const name of names) {
    if (name.length > longestName) continue;
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
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

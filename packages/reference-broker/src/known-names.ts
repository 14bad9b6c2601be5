import { nearestName } from "@moldau/protocol-codec/internal";

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

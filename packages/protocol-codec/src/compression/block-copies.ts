/** Below this many bytes a loop is quicker than a call out of JavaScript. */
const shortCopy = 24;

/** Copies bytes of a block as they are; the caller has checked that they are there and fit. */
export function copyLiterals(input: Uint8Array, from: number, length: number, output: Uint8Array, to: number): void {
  if (length > shortCopy) output.set(input.subarray(from, from + length), to);
  else for (let index = 0; index < length; index++) output[to + index] = input[from + index] ?? 0;
}

/** Repeats bytes written before. A match may overlap what it writes (offset 1 repeats a byte), so only a distant one is copied at once. */
export function copyMatch(output: Uint8Array, to: number, offset: number, length: number): void {
  const from = to - offset;
  if (length > shortCopy * 2 && offset >= length) output.copyWithin(to, from, from + length);
  else for (let index = 0; index < length; index++) output[to + index] = output[from + index] ?? 0;
}

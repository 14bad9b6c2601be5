/**
 * Whether an error is Node's for output that grew beyond `maxOutputLength`. It has other RangeErrors, for options and for memory, which say
 * nothing about the payload.
 */
export function isOutputTooLarge(error: unknown): boolean {
  return error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}

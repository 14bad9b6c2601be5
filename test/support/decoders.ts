import type { Message } from "@moldau/protocol-codec";
import { compileDecoder, type DecoderKind, type Reader } from "@moldau/protocol-codec/internal";

/** What one decoder makes of bytes: a value, or why they are no such message. */
export type Decoded = { readonly value: unknown } | { readonly failure: string };

/**
 * Decodes all bytes of a reader through the decoder of one kind. Bytes left over are a failure, as everywhere. Anything that is
 * thrown besides the reader's own failure is thrown on: it is a fault.
 */
export function decodeThrough(kind: DecoderKind, { message, version }: Which, reader: Reader): Decoded {
  try {
    const value = decoderOf(kind, message, version)(reader);
    return reader.left === 0 ? { value } : { failure: `${reader.left} bytes are left over` };
  } catch (error) {
    if (error instanceof Error && error.constructor.name === "ReadFailure") return { failure: error.message };
    throw error;
  }
}

interface Which {
  readonly message: Message;
  readonly version: number;
}

type Decoder = ReturnType<typeof compileDecoder>;

const compiled: Record<DecoderKind, WeakMap<Message, Decoder[]>> = { cursor: new WeakMap(), parser: new WeakMap() };

function decoderOf(kind: DecoderKind, message: Message, version: number): Decoder {
  let versions = compiled[kind].get(message);
  if (versions === undefined) compiled[kind].set(message, (versions = []));
  return (versions[version] ??= compileDecoder(message, version, kind));
}

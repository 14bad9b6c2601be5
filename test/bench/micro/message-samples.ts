import { encode, Uuid } from "@moldau/protocol-codec";
import type { Fields, Message, StructIn } from "@moldau/protocol-codec";

/** A message of a realistic size, in its newest version. */
export interface MessageSample {
  readonly message: Message;
  /** What there is in it. */
  readonly what: string;
  readonly version: number;
  /** Encoded. */
  readonly bytes: Buffer;
  /** Encodes it again. */
  encode(): Buffer;
}

/** Describes a sample; the newest stable version unless another is asked for. */
export function sample<S extends Fields>(
  message: Message<S>,
  what: string,
  value: StructIn<S>,
  version = message.versions.max,
): MessageSample {
  return {
    message,
    what,
    version,
    bytes: encode(message, version, value),
    encode: () => encode(message, version, value),
  };
}

/** As many things as wanted, each made from its place. */
export function list<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}

/** A topic's id. */
export const topicId = Uuid.parse("QgnvNkX5TnuUp3NwEovYXQ");
/** A member's id, as clients make them: the client's name and a UUID. */
export const memberId = "client-4b3b0a66-6d0b-4a5e-9f0c-7b8d2d0f0a11";
/** A partition's records: 16 KiB, one batch of a busy producer. */
export const records = Buffer.alloc(16_384, "records ");

import { constants } from "node:buffer";
import { asBuffer, invalidArgument, kindOf } from "../arguments.js";
import { DecodeError, EncodeError } from "../errors.js";
import { gzip } from "./gzip.js";
import { lz4 } from "./lz4.js";
import { none } from "./none.js";
import { requireCodec } from "./codec-calls.js";
import { compressionNames } from "./codec.js";
import { snappy } from "./snappy.js";
import { zstd } from "./zstd.js";
import type { BuiltInCodec, CompressionCodec, CompressionCodecs, CompressionName } from "./codec.js";

/** The built-in codecs by name. They answer at once, and throw `CLIENT_INVALID_ARGUMENT` for what is no bytes, limit or level. */
export const compressionCodecs: Readonly<Record<CompressionName, BuiltInCodec>> = {
  none: checked(none),
  gzip: checked(gzip),
  snappy: checked(snappy),
  lz4: checked(lz4),
  zstd: checked(zstd),
};

/** Returns the name of a compression number; throws DecodeError for a number that Kafka does not define. */
export function compressionName(id: number): CompressionName {
  const name = typeof id === "number" ? compressionNames[id] : undefined;
  if (name === undefined)
    throw new DecodeError(`Compression type ${id} is unknown; Kafka defines 0 to 4.`, {
      code: "CLIENT_UNKNOWN_COMPRESSION",
    });
  return name;
}

/** Picks the codec for a name: the caller's own, which were checked, or else the built-in one. */
export function codecFor(name: CompressionName, own?: CompressionCodecs): CompressionCodec {
  const given = own?.[name];
  if (given !== undefined) return given;
  if (!Object.hasOwn(compressionCodecs, name)) {
    throw new EncodeError(`Compression type "${String(name)}" is unknown; Kafka has ${compressionNames.join(", ")}.`, {
      code: "CLIENT_INVALID_ARGUMENT",
    });
  }
  return compressionCodecs[name];
}

/** Picks the codec that an option `compression` stands for. */
export function codecToWrite(compression: CompressionName | CompressionCodec = "none"): CompressionCodec {
  return typeof compression === "string" ? codecFor(compression) : requireCodec(compression, "compression");
}

/** The codec behind the checks that all have in common. */
function checked(codec: BuiltInCodec): BuiltInCodec {
  return {
    id: codec.id,
    name: codec.name,
    compress: (input, level) => codec.compress(asBuffer(input, "input"), level),
    decompress(input, limit) {
      if (!Number.isInteger(limit) || limit < 0)
        throw invalidArgument(`limit: a whole number of bytes wanted, not ${kindOf(limit)}`);
      // No buffer can be larger, and Node refuses a larger number.
      return codec.decompress(asBuffer(input, "input"), Math.min(limit, constants.MAX_LENGTH));
    },
  };
}

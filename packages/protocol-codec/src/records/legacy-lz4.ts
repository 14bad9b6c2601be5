import { xxHash32 } from "../compression/xxhash32.js";

/**
 * Returns an LZ4 frame of a magic-0 message with its header checksum put right.
 *
 * Kafka computed it over the frame's magic number too for as long as it wrote magic 0 (KAFKA-3160). Only exactly that fault is
 * repaired, in a copy, so that every codec can be strict; any other frame is returned as it is.
 */
export function repairLz4Header(frame: Buffer): Buffer {
  const flags = frame[4] ?? 0;
  const end = (flags & 0x08) === 0 ? 6 : 14;
  if (frame.length <= end || frame[end] !== checksum(frame, 0, end)) return frame;
  const repaired = Buffer.from(frame);
  repaired[end] = checksum(frame, 4, end);
  return repaired;
}

function checksum(frame: Buffer, start: number, end: number): number {
  return (xxHash32(frame, start, end) >>> 8) & 0xff;
}

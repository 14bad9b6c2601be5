import { xxHash32 } from "../compression/xxhash32.js";

/**
 * Returns an LZ4 frame of a magic-0 message with its header checksum put right.
 *
 * Kafka computed it over the frame's magic number too for as long as it wrote magic 0 (KAFKA-3160), and its readers do not look at the
 * checksum there. A wrong one is repaired in a copy, so that every codec can be strict.
 */
export function repairLz4Header(frame: Buffer): Buffer {
  const flags = frame[4] ?? 0;
  const end = (flags & 0x08) === 0 ? 6 : 14;
  if (frame.length <= end) return frame;
  const checksum = (xxHash32(frame, 4, end) >>> 8) & 0xff;
  if (frame[end] === checksum) return frame;
  const repaired = Buffer.from(frame);
  repaired[end] = checksum;
  return repaired;
}

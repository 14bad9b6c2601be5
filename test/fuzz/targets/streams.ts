import { FrameError, FrameSplitter } from "@moldau/protocol-codec";
import { cutIntoPieces } from "../../support/arbitrary-record-sets.js";
import { broken, type Target, type Verdict } from "../target.js";
import type { Random } from "../random.js";

const maxFrameBytes = 500;

/** Streams of frames: the same frames, or the same end, however the stream is cut; and never more held back than the limit. */
export const streams: Target = {
  name: "streams",
  round(random, examine) {
    const stream = Buffer.concat(Array.from({ length: 1 + random.below(6) }, () => frame(random)));
    for (const input of [stream, broken(stream, random), broken(stream, random)])
      examine(input, () => split(input, random));
  },
};

function frame(random: Random): Buffer {
  const payload = random.bytes(random.below(random.oneIn(4) ? maxFrameBytes + 1 : 40));
  const size = Buffer.alloc(4);
  size.writeInt32BE(payload.length);
  return Buffer.concat([size, payload]);
}

function split(stream: Buffer, random: Random): Verdict {
  const whole = framesOf([stream]);
  const cut = framesOf(
    cutIntoPieces(
      stream,
      Array.from({ length: 7 }, () => 1 + random.below(60)),
    ),
  );
  if (whole.failed !== cut.failed) throw new Error("the end depends on where the stream is cut");
  if (cut.frames !== whole.frames) throw new Error("the frames depend on where the stream is cut");
  return { taken: !whole.failed, shareOfBound: Math.max(whole.mostBuffered, cut.mostBuffered) / (maxFrameBytes + 4) };
}

function framesOf(chunks: readonly Buffer[]): { frames: string; failed: boolean; mostBuffered: number } {
  const splitter = new FrameSplitter({ maxFrameBytes });
  const frames: string[] = [];
  let mostBuffered = 0;
  try {
    for (const chunk of chunks) {
      for (const payload of splitter.push(chunk)) frames.push(payload.toString("hex"));
      mostBuffered = Math.max(mostBuffered, splitter.bufferedBytes);
      if (mostBuffered > maxFrameBytes + 4) throw new Error(`${mostBuffered} bytes are held back`);
    }
  } catch (error) {
    if (!(error instanceof FrameError) || error.code !== "CLIENT_FRAME_INVALID") throw error;
    return { frames: frames.join(" "), failed: true, mostBuffered };
  }
  return { frames: frames.join(" "), failed: false, mostBuffered };
}

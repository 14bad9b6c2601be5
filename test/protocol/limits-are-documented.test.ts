import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bounds, decompression, recordSets, streams } from "../support/bounds.js";
import { repository } from "../support/repository.js";

const page = readFileSync(join(repository, "docs/reference/limits.md"), "utf8").replaceAll(/\s+/g, " ");

test("the page about limits states the numbers that the tests assert", () => {
  const { readsPerByte, unitsPerByte, unitsToBeginWith, bufferBytes, depth, callsPerDepth } = bounds;
  const stated = [
    `| primitive reads (numbers, varints, lengths, stretches of bytes) | ${readsPerByte} for each byte, and 2 |`,
    `| units of the decoded value | ${unitsPerByte} for each byte, and ${unitsToBeginWith} |`,
    `| bytes of buffers made | ${bufferBytes} |`,
    `| arrays and structs inside one another | ${depth} |`,
    `| calls inside one another | ${depth * callsPerDepth} |`,
    `| bytes held back | \`maxFrameBytes\` and ${streams.sizeBytes} |`,
    `| memory that they keep alive | ${streams.memoryPerByte} bytes for each of \`maxFrameBytes\`, and ${streams.sizeBytes}; of a frame that has just begun ${streams.memoryPerByte} bytes for each that is here, and ${streams.roomBytes / 1024} KiB |`,
    `| bytes copied | ${streams.copiesPerByte} for each byte |`,
    `| batches | one for each ${recordSets.smallestBatch} bytes |`,
    `| steps of a cursor | one for each ${recordSets.smallestRecord} bytes of uncompressed records; of magic 0 and 1 one for each ${recordSets.smallestBatch} |`,
    `| units of all records as objects, headers included | ${recordSets.unitsPerByte} for each byte, and ${recordSets.unitsToBeginWith} |`,
    `| bytes of buffers made for a set in one piece, not compressed | ${recordSets.bufferBytes} |`,
    `| bytes of buffers made for a set in several pieces | ${recordSets.bufferBytesPerByte} for each byte, and ${recordSets.bufferBytesPerPiece} for each piece |`,
    `come to at most ${decompression.bufferBytesPerByte} bytes for each byte of the limit, and ${decompression.bufferBytesToBeginWith / 1024} KiB`,
    ...Object.entries(decompression.largestRatio).map(([name, ratio]) => `| \`${name}\` | ${ratio}`),
  ];
  expect(stated.filter((sentence) => !page.includes(sentence))).toEqual([]);
});

import { compileDecoder, parsedFromLength, Reader } from "@moldau/protocol-codec/internal";
import { printTable } from "../report.js";
import { sampleInTurn, type SamplingOptions } from "../sampler.js";
import type { MessageSample } from "./message-samples.js";

/** Each decoder alone, and both as they are used: binary-parser for long arrays of structs, the cursor for the rest. */
const kinds = ["cursor", "parser", "both"] as const;

/** Below this difference two decoders count as equally fast: on a shared machine the same code differs by as much from row to row. */
const margin = 1.25;

/** Times encoding and both decoders, and prints from which length of arrays the parser is in use, and whether that is the faster choice. */
export async function timeMessages(
  title: string,
  samples: readonly MessageSample[],
  options: SamplingOptions,
): Promise<void> {
  const works = samples.flatMap(({ message, version, bytes, encode }) => [
    encode,
    ...kinds.map((kind) => {
      const read = compileDecoder(message, version, kind);
      return () => read(new Reader(bytes));
    }),
  ]);
  const micros = (await sampleInTurn(works, options)).map(({ median }) => median);
  console.log(`\n${title}: encoding, and decoding with either decoder alone and with both as they are used`);
  const verdicts: string[] = [];
  printTable(
    ["message", "what", "bytes", "encode us", "cursor us", "parser us", "used us", "used MB/s", "parser from", ""],
    samples.map(({ message, what, version, bytes }, index) => {
      const [encoding = Number.NaN, cursor = Number.NaN, parser = Number.NaN, used = Number.NaN] = micros.slice(
        index * 4,
        index * 4 + 4,
      );
      const judged = verdict(used / Math.min(cursor, parser));
      verdicts.push(judged);
      return [
        `${message.name} v${version}`,
        what,
        String(bytes.length),
        ...[encoding, cursor, parser, used].map((took) => took.toFixed(2)),
        (bytes.length / used).toFixed(0),
        `${parsedFromLength(message)} elements`,
        judged,
      ];
    }),
    { textColumns: 2 },
  );
  const slower = verdicts.filter((judged) => judged !== "").length;
  console.log(`  ${samples.length} rows: what is used is slower than the faster decoder alone on ${slower}.`);
}

/** What the time of what is used, divided by that of the faster decoder alone, says about the choice. */
function verdict(ratio: number): string {
  return ratio > margin ? `slower x ${ratio.toFixed(2)}` : "";
}

import { compileDecoder, preferredDecoder, Reader } from "@moldau/protocol-codec/internal";
import { printTable } from "../report.js";
import { sampleInTurn, type SamplingOptions } from "../sampler.js";
import type { MessageSample } from "./message-samples.js";

const kinds = ["cursor", "parser"] as const;

/** Below this difference two decoders count as equally fast: repeated runs differ by as much. */
const margin = 1.1;

/** Times encoding and both decoders, and prints which decoder is in use and whether that is the faster one. */
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
  console.log(`\n${title}: encoding, and decoding with either decoder`);
  const verdicts: string[] = [];
  printTable(
    ["message", "what", "bytes", "encode us", "cursor us", "parser us", "cursor MB/s", "parser MB/s", "in use", ""],
    samples.map(({ message, what, version, bytes }, index) => {
      const [encoding = Number.NaN, cursor = Number.NaN, parser = Number.NaN] = micros.slice(index * 3, index * 3 + 3);
      const used = preferredDecoder(message);
      const judged = verdict(used === "cursor" ? cursor / parser : parser / cursor);
      verdicts.push(judged);
      return [
        `${message.name} v${version}`,
        what,
        String(bytes.length),
        ...[encoding, cursor, parser].map((took) => took.toFixed(2)),
        ...[cursor, parser].map((took) => (bytes.length / took).toFixed(0)),
        used,
        judged,
      ];
    }),
    { textColumns: 2 },
  );
  const slower = verdicts.filter((judged) => judged.startsWith("slower")).length;
  console.log(`  ${samples.length} rows: the decoder in use is the slower one on ${slower}.`);
}

/** What the time of the decoder in use, divided by that of the other, says about the choice. */
function verdict(ratio: number): string {
  if (ratio > margin) return `slower x ${ratio.toFixed(2)}`;
  return ratio < 1 / margin ? "faster" : "alike";
}

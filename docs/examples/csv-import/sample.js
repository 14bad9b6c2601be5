// A CSV file to try it with.

import { once } from "node:events";
import { createWriteStream } from "node:fs";

/** Writes a file of about so many bytes, with quotes, commas and a line break here and there; gives the number of its rows. */
export async function writeSample(file, bytes) {
  const out = createWriteStream(file);
  out.write("id,customer,product,amount,note\n");
  let rows = 0;
  while (out.bytesWritten + out.writableLength < bytes) {
    let chunk = "";
    for (let left = 500; left > 0; left--) chunk += rowOf(++rows);
    if (!out.write(chunk)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return rows;
}

function rowOf(id) {
  const note = id % 1000 === 0 ? '"delivered ""as agreed"",\nby hand"' : usualNote;
  return `${id},customer-${id % 9973},product-${id % 101},${(id % 10_000) / 100},${note}\n`;
}

const usualNote =
  "delivered as agreed to the neighbour on the ground floor who signed for it and asked for nothing else ".repeat(2);

// A CSV file into a topic: each row becomes a message, its first field the key. Rows are counted from 1, without the header.

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { readRows } from "./csv.js";

/** What an import fails with: which row was to blame, and how many rows are in Kafka, so that the next attempt begins behind them. */
export class ImportError extends Error {
  constructor(row, done, cause) {
    super(`The import stopped at row ${row}; the first ${done} rows are in Kafka: ${cause.message}`, { cause });
    this.row = row;
    this.done = done;
  }
}

/**
 * @typedef {object} ImportOptions
 * @property {string} file
 * @property {string} topic
 * @property {number} [done] Rows that are in the topic already.
 * @property {AbortSignal} [signal] Stops it.
 * @property {(progress: { bytes: number, rows: number }) => void} [onProgress] Gets bytes read and rows in Kafka, ten times a second.
 */

/**
 * Imports the rows behind the first `done` ones, and gives the number of all. The memory it takes does not depend on the size of the file: reading waits while `bufferMemory` is full.
 *
 * @param {import("moldau").Producer} producer
 * @param {ImportOptions} options
 */
export async function importCsv(producer, { file, topic, done = 0, signal, onProgress }) {
  const source = createReadStream(file);
  const sink = producer.writable({ topic });
  const tell = () => onProgress?.({ bytes: source.bytesRead, rows: done + sink.resumeFrom });
  const ticking = setInterval(tell, 100);
  try {
    await pipeline(messagesOf(source, done), sink, { signal });
    return done + sink.acknowledged;
  } catch (error) {
    await producer.flush(); // what was on its way may have arrived since
    const inKafka = done + sink.resumeFrom;
    throw new ImportError(error.row ?? done + (error.index ?? sink.resumeFrom) + 1, inKafka, error);
  } finally {
    clearInterval(ticking);
    tell();
  }
}

async function* messagesOf(source, done) {
  let names;
  let row = 0;
  for await (const fields of readRows(createInterface({ input: source, crlfDelay: Infinity }))) {
    if (names === undefined) {
      names = fields;
      continue;
    }
    row++;
    if (row <= done) continue;
    if (fields.length !== names.length)
      throw badRow(row, `has ${fields.length} fields, and the header ${names.length}`);
    yield {
      key: fields[0],
      value: JSON.stringify(Object.fromEntries(names.map((name, index) => [name, fields[index]]))),
    };
  }
}

function badRow(row, problem) {
  return Object.assign(new Error(`row ${row} ${problem}`), { row });
}

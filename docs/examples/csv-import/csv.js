// Reads CSV (RFC 4180) line by line: fields may be quoted, with commas, quotes and line breaks in them.

const maxRowLength = 1_000_000;

/** The rows of a text that comes by lines, each as an array of its fields. */
export async function* readRows(lines) {
  let open = "";
  for await (const line of lines) {
    const text = open === "" ? line : `${open}\n${line}`;
    open = hasOpenQuote(text) ? text : "";
    if (open.length > maxRowLength) break;
    if (open === "") yield fieldsOf(text);
  }
  if (open !== "") throw new Error(`a quote is never closed, in the row that begins with ${open.slice(0, 40)}`);
}

function hasOpenQuote(text) {
  let quotes = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) quotes++;
  return quotes % 2 === 1;
}

function fieldsOf(text) {
  if (!text.includes('"')) return text.split(",");
  return Array.from(text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}

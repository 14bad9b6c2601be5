// A progress bar on a terminal; elsewhere nothing but the last line.

const width = 30;

/** Shows how much of `total` bytes has been read, and the rows that are in Kafka. */
export function progressBar(total, stream = process.stdout) {
  const started = performance.now();
  const perSecond = (rows) => Math.round((rows / (performance.now() - started)) * 1000).toLocaleString("en");
  return {
    show({ bytes, rows }) {
      if (!stream.isTTY) return;
      const part = total === 0 ? 1 : bytes / total;
      const bar = "#".repeat(Math.round(part * width)).padEnd(width, ".");
      const percent = `${Math.floor(part * 100)} %`.padStart(5);
      stream.write(`\r[${bar}] ${percent}  ${rows.toLocaleString("en")} rows, ${perSecond(rows)} a second `);
    },
    end() {
      if (stream.isTTY) stream.write("\r\u001B[K");
    },
  };
}

// A progress line on a terminal; elsewhere only the final line.

/** Counts up to `total` and shows how far it is; `end` prints the final figure with the rate. */
export function progress(verb, total) {
  const live = process.stdout.isTTY;
  let count = 0;
  let shownAt = 0;
  return {
    add(more) {
      count += more;
      const now = performance.now();
      if (!live || now - shownAt < 50) return;
      shownAt = now;
      const bar = "#".repeat(Math.round((count / total) * 30)).padEnd(30, ".");
      process.stdout.write(`\r  ${verb.padEnd(8)} [${bar}] ${count.toLocaleString("en")}`);
    },
    end(ms) {
      const rate = Math.round((count / ms) * 1000);
      if (live) process.stdout.write("\r\u001B[K");
      console.log(
        `  ${verb} ${count.toLocaleString("en")} flights in ${Math.round(ms)} ms: ${rate.toLocaleString("en")} a second`,
      );
    },
  };
}

// Runs before every test file. Vitest itself turns unhandled rejections into failures; this adds what Node only warns of.

process.on("warning", (warning) => {
  // More listeners than anybody meant to add: each reconnect or each call leaves one behind.
  if (warning.name === "MaxListenersExceededWarning") throw warning;
  // A timer of NaN, of a negative or of more than 2^31 ms fires at once: a back-off that does not back off.
  if (/^Timeout(NaN|Negative|Overflow)Warning$/.test(warning.name)) throw warning;
});

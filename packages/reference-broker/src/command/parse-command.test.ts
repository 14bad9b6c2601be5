import { expect, test } from "vitest";
import { parseCommand, UsageError } from "./parse-command.js";

test("without arguments a broker is wanted on port 9092, in memory", () => {
  expect(parseCommand([])).toEqual({ kind: "serve", options: { port: 9092, topics: [], configs: {} } });
});

test("every option finds its place", () => {
  const args =
    "--port 0 --data d --host ::1 --advertised-host h --brokers 3 --topic a:6 --topic b --config num.partitions=2 --config log.cleanup.policy=compact,delete";
  expect(parseCommand(args.split(" "))).toEqual({
    kind: "serve",
    options: {
      port: 0,
      dataDir: "d",
      host: "::1",
      advertisedHost: "h",
      brokers: 3,
      topics: [{ topic: "a", partitions: 6 }, { topic: "b" }],
      configs: { "num.partitions": "2", "log.cleanup.policy": "compact,delete" },
    },
  });
  expect(parseCommand(["--port", "1", "--help"])).toEqual({ kind: "help" });
});

test.each([
  ["--prot"],
  ["stray"],
  ["--port"],
  ["--port", "-1"],
  ["--port", "1.5"],
  ["--brokers", "two"],
  ["--config", "=1"],
  ["--config", "key"],
])("%s %s makes no sense", (...args) => {
  expect(() => parseCommand(args.filter((arg) => arg !== undefined))).toThrow(UsageError);
});

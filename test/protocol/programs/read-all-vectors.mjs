// Decodes every message that Apache Kafka wrote for the tests and encodes it again; prints how many came back as they were.
// Plain JavaScript on the built package, so that it can run under flags of Node that the tests' own tools do not survive.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { decodeMessage, encodeMessage } from "@moldau/protocol-codec";

const file = new URL("../../golden/messages.jsonl.gz", import.meta.url);
let same = 0;
for (const line of gunzipSync(readFileSync(file)).toString("utf8").split("\n")) {
  const { apiKey, kind, version, scope, hex } = line === "" ? {} : JSON.parse(line);
  if (scope === "controller" || (kind !== "request" && kind !== "response")) continue;
  const message = decodeMessage({ apiKey, kind, version }, Buffer.from(hex, "hex"));
  const again = encodeMessage({ apiKey, kind, version }, message).toString("hex");
  if (again !== hex) throw new Error(`${kind} ${apiKey} v${version}: ${again} instead of ${hex}`);
  same++;
}
process.stdout.write(`${same} messages\n`);

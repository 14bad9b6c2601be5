// An error that came through the one kind of module is recognised by the class that came through the other.
import { createRequire } from "node:module";
import * as imported from "@moldau/protocol-codec";

const required = createRequire(import.meta.url)("@moldau/protocol-codec");
if (imported.KafkaError === required.KafkaError) throw new Error("there is one copy only; this program proves nothing");
for (const [thrower, catcher] of [
  [imported, required],
  [required, imported],
]) {
  const error = thrower.kafkaError(3, { topic: "orders" });
  if (!(error instanceof catcher.KafkaError)) throw new Error("KafkaError of another copy is not recognised");
  if (error instanceof catcher.DecodeError) throw new Error("KafkaError passes for a DecodeError");
}
console.log("recognised");

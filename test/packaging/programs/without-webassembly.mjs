// What zstd says on a Node that has neither its own nor WebAssembly.
import { compressionCodecs, KafkaError } from "@moldau/protocol-codec";

const frame = Buffer.from("28b52ffd2003190000616263", "hex"); // "abc"
for (const work of [
  () => compressionCodecs.zstd.compress(Buffer.from("abc")),
  () => compressionCodecs.zstd.decompress(frame, 100),
]) {
  try {
    console.log(work().toString("latin1").includes("abc"));
  } catch (error) {
    console.log(error instanceof KafkaError ? error.code : error);
  }
}

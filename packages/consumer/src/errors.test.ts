import { DecodeError, KafkaError } from "@moldau/protocol-codec";
import { expect, it } from "vitest";
import { unreadable } from "./errors.js";

const partition = { topic: "orders", partition: 3 };

it("advises to leave a batch out when its bytes are to blame", () => {
  const error = unreadable(partition, new DecodeError("A zstd payload is malformed.", { offset: 7n }));
  expect(error).toMatchObject({ code: "CLIENT_DECODE_FAILED", offset: 7n, topic: "orders", partition: 3 });
  expect(error.message).toContain("Seek past the batch to leave it out.");
  const told = unreadable({ ...partition, nextOffset: 9n }, new DecodeError("A zstd payload is malformed."));
  expect(told.nextOffset).toBe(9n);
  expect(told.message).toContain("Seek to offset 9 to leave the batch out.");
});

it("does not advise to leave a batch out that only this process cannot read", () => {
  const error = unreadable(
    partition,
    new KafkaError("CLIENT_CODEC_UNAVAILABLE", "The zstd codec cannot be used here."),
  );
  expect(error.code).toBe("CLIENT_CODEC_UNAVAILABLE");
  expect(error.message).toBe("Partition orders-3 cannot be read: The zstd codec cannot be used here.");
});

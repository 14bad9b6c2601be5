import { inspect } from "node:util";
import { BatchBuilder, readBatches, type RecordHeaders } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { Message } from "./message.js";

interface Shape {
  readonly key?: Buffer | string | null;
  readonly value?: Buffer | string | null;
  readonly headers?: RecordHeaders;
}

function message({ key = null, value = null, headers }: Shape): Message {
  const builder = new BatchBuilder({ maxBytes: 10_000 });
  builder.tryAppend(1000, null, "before");
  builder.tryAppend(1234, key, value, headers);
  const [batch] = readBatches(builder.finish({ baseOffset: 2n ** 60n, partitionLeaderEpoch: 7 }));
  if (batch === undefined) throw new Error("no batch");
  const cursor = batch.open();
  cursor.next();
  cursor.next();
  const { baseOffset, partitionLeaderEpoch: leaderEpoch } = batch;
  return new Message({ topic: "orders", partition: 3, leaderEpoch, baseOffset, stay: {} }, cursor);
}

describe("a message", () => {
  it("shows where it lies, and views of what was fetched", () => {
    const found = message({ key: "k", value: "value" });
    expect(found).toMatchObject({
      topic: "orders",
      partition: 3,
      offset: 2n ** 60n + 1n,
      timestamp: 1234,
      leaderEpoch: 7,
      byteLength: 6,
    });
    expect([String(found.key), String(found.value)]).toEqual(["k", "value"]);
    expect(found.value).toBe(found.value);
  });

  it("tells null from empty", () => {
    expect(message({})).toMatchObject({ key: null, value: null, byteLength: 0 });
    expect(message({ key: "", value: "" }).key).toHaveLength(0);
  });

  it("keeps order and repetition of headers", () => {
    const { headers } = message({
      headers: [
        ["a", "1"],
        ["b", null],
        ["a", "2"],
        ["ü", Buffer.from([0xff])],
      ],
    });
    expect([...headers].map(([name, value]) => [name, value?.toString("latin1") ?? null])).toEqual([
      ["a", "1"],
      ["b", null],
      ["a", "2"],
      ["ü", "ÿ"],
    ]);
    expect([headers.size, String(headers.get("a")), headers.get("b"), headers.get("c"), headers.has("b")]).toEqual([
      4,
      "2",
      null,
      undefined,
      true,
    ]);
    expect(headers.getAll("a").map(String)).toEqual(["1", "2"]);
    expect(message({}).headers.size).toBe(0);
  });

  it("says which message it is whose headers are malformed, and where", () => {
    const found = message({ key: "k", value: "v", headers: { a: "1" } });
    const value = found.value ?? Buffer.alloc(0);
    // Behind the value: the number of headers, and the first one's length, which is made longer than all there is.
    new Uint8Array(value.buffer)[value.byteOffset + 2] = 0x7e;
    for (const read of [() => found.headers, () => found.detach()])
      expect(read).toThrow(
        expect.objectContaining({
          code: "CLIENT_DECODE_FAILED",
          topic: "orders",
          partition: 3,
          offset: 2n ** 60n + 1n,
          message: `The headers of the message at offset ${2n ** 60n + 1n} are malformed: a header's length is 63.`,
        }),
      );
  });

  it("can be copied out of what was fetched", () => {
    const found = message({ key: "k", value: "v", headers: { a: "1", b: ["2", null] } });
    const detached = found.detach();
    expect(detached.toJSON()).toEqual(found.toJSON());
    expect(detached.value?.buffer).not.toBe(found.value?.buffer);
    expect(detached.value?.buffer.byteLength).toBeLessThan(40);
    expect(message({}).detach()).toMatchObject({ key: null, value: null });
  });

  it("becomes JSON with the offset as text, and bytes as text where they are UTF-8", () => {
    const found = message({ key: Buffer.from([0xff, 0x00]), value: "grüße", headers: { h: "x" } });
    const json = {
      topic: "orders",
      partition: 3,
      offset: "1152921504606846977",
      timestamp: 1234,
      key: { base64: "/wA=" },
      value: "grüße",
      headers: [["h", "x"]],
    };
    expect(JSON.parse(JSON.stringify(found))).toEqual(json);
    expect(inspect(found)).toContain("1152921504606846977");
  });
});

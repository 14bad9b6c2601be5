import { describe, expect, it } from "vitest";
import { DecodeError, EncodeError, KafkaError } from "./errors.js";

describe("KafkaError", () => {
  it("carries its facts as fields and leaves unknown ones out", () => {
    const cause = new Error("reset");
    const error = new KafkaError("CLIENT_CONNECTION_CLOSED", "The connection closed.", {
      retriable: true,
      cause,
      topic: "orders",
      partition: 0,
    });
    expect(error).toMatchObject({
      code: "CLIENT_CONNECTION_CLOSED",
      retriable: true,
      cause,
      topic: "orders",
      partition: 0,
      name: "KafkaError",
    });
    expect(Object.keys(error).sort()).toEqual(["code", "partition", "retriable", "topic"]);
  });

  it("tells its subclasses apart by brand", () => {
    const error = new DecodeError("Ends early.", { path: "topics[0].name" });
    expect(error).toBeInstanceOf(KafkaError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(DecodeError);
    expect(error).not.toBeInstanceOf(EncodeError);
    expect(error.name).toBe("DecodeError");
    expect(new KafkaError("X", "x")).not.toBeInstanceOf(DecodeError);
    expect({}).not.toBeInstanceOf(KafkaError);
  });

  it("recognises the errors of a second copy of the module", async () => {
    const secondCopy: string = "./errors.js?second-copy";
    const copy: typeof import("./errors.js") = await import(/* @vite-ignore */ secondCopy);
    expect(copy.KafkaError).not.toBe(KafkaError);
    expect(new copy.DecodeError("x")).toBeInstanceOf(KafkaError);
    expect(new copy.DecodeError("x")).toBeInstanceOf(DecodeError);
  });

  it("leaves a subclass without a brand of its own to the prototype chain", () => {
    class Mine extends KafkaError {}
    expect(new Mine("X", "x")).toBeInstanceOf(Mine);
    expect(new KafkaError("X", "x")).not.toBeInstanceOf(Mine);
    expect(new Mine("X", "x").name).toBe("KafkaError");
  });
});

describe("a KafkaError as JSON", () => {
  it("tells name, code, message, facts and causes, and leaves the stack out", () => {
    const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    const cause = new KafkaError("CLIENT_CONNECTION_CLOSED", "The connection closed.", { cause: reset });
    const error = new DecodeError("Ends early.", { offset: 2n ** 60n, topic: "orders", cause });
    expect(JSON.parse(JSON.stringify({ error }))).toEqual({
      error: {
        name: "DecodeError",
        code: "CLIENT_DECODE_FAILED",
        message: "Ends early.",
        retriable: false,
        offset: "1152921504606846976",
        topic: "orders",
        cause: {
          ...{ name: "KafkaError", code: "CLIENT_CONNECTION_CLOSED", message: "The connection closed." },
          cause: { name: "Error", code: "ECONNRESET", message: "read ECONNRESET" },
        },
      },
    });
  });

  it("has an end also where errors name each other, and takes causes that are no errors", () => {
    const first = new KafkaError("A", "a");
    const second = new KafkaError("B", "b", { cause: first });
    Object.defineProperty(first, "cause", { value: second });
    expect(JSON.stringify(first).match(/"cause"/g)).toHaveLength(8);
    const causes = ["no reason", { name: "TypeError", message: "of another realm" }, null, 7].map(
      (cause) => new KafkaError("A", "a", { cause }).toJSON().cause,
    );
    expect(causes).toEqual([
      { name: "unknown", message: "no reason" },
      { name: "TypeError", message: "of another realm" },
      { name: "unknown", message: "a thrown null" },
      { name: "unknown", message: "a thrown number" },
    ]);
  });
});

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

import { describe, expect, it } from "vitest";
import { checkWork, parseTransformOptions } from "./transform-options.js";

const producer = {
  fence: async () => undefined,
  transaction: (): Promise<never> => Promise.reject(new Error("not to be called")),
  transactionalId: "billing-1",
};

/** What is said of options as somebody without types may write them. */
function refusal(options: object): unknown {
  try {
    parseTransformOptions(Object.assign({ producer }, options));
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("the options of a transform", () => {
  it("are complete with a producer alone", () =>
    expect(parseTransformOptions(Object.assign({ producer }))).toMatchObject({
      producer,
      maxMessages: Infinity,
      transactionMs: 100,
      attempts: 5,
    }));

  it.each([
    ["no producer", { producer: undefined }],
    ["something else", { producer: "billing-1" }],
    ["a producer that has no transactions", { producer: { send: () => undefined } }],
    ["a producer without an id", { producer: { ...producer, transactionalId: undefined } }],
  ])("name what is needed when given %s", (_, options) =>
    expect(refusal(options)).toMatchObject({
      code: "CLIENT_INVALID_ARGUMENT",
      message: expect.stringMatching(/^transform: producer .*(a producer with a transactionalId|is missing)/),
    }),
  );

  it("take a producer of another kind, which says nothing of an id", () =>
    expect(refusal({ producer: { fence: producer.fence, transaction: producer.transaction } })).toBeUndefined());

  it.each([
    ["to", 7],
    ["to", "a topic"],
    ["maxMessages", 0],
    ["transactionMs", -1],
    ["attempts", 0],
    ["signal", "stop"],
    ["retries", 3],
  ])("are refused by the name of what is wrong: %s, %j", (name, value) =>
    expect(refusal({ [name]: value })).toMatchObject({
      code: "CLIENT_INVALID_ARGUMENT",
      message: expect.stringContaining(name),
    }),
  );

  it("come with a function", () => {
    expect(() => checkWork(undefined)).toThrow("expected a function that makes messages of a batch");
    expect(() => checkWork(() => [])).not.toThrow();
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ErrorCode } from "./error-code.js";
import { errorByCode, errorDescriptions, kafkaError } from "./error-codes.js";
import { KafkaError } from "./errors.js";

interface KafkasError {
  readonly code: number;
  readonly name: string;
  readonly retriable: boolean;
  readonly invalidMetadata: boolean;
}

const kafkas = JSON.parse(
  readFileSync(new URL("../../../test/golden/errors.json", import.meta.url), "utf8"),
) as KafkasError[];

describe("the table of errors", () => {
  test("has Kafka's codes, names and flags, all of them", () => {
    const wanted = kafkas.map(({ code, name, retriable, invalidMetadata }) => ({
      code,
      name,
      retriable,
      refreshMetadata: invalidMetadata,
    }));
    expect(errorDescriptions.map(({ message: _, ...facts }) => facts)).toEqual(wanted);
    expect(ErrorCode).toEqual(Object.fromEntries(kafkas.map(({ code, name }) => [name, code])));
  });

  test("says something of its own about each", () => {
    expect(new Set(errorDescriptions.map(({ message }) => message)).size).toBe(kafkas.length);
  });

  test("keeps the number of a code that it does not know, and does not retry it", () => {
    expect(errorByCode(4711)).toMatchObject({ code: 4711, name: "UNKNOWN_ERROR_CODE_4711", retriable: false });
  });

  test("makes errors that carry Kafka's name and the facts", () => {
    const error = kafkaError(ErrorCode.NOT_LEADER_OR_FOLLOWER, { topic: "orders", partition: 3 }, "try broker 2");
    expect(error).toBeInstanceOf(KafkaError);
    expect(error).toMatchObject({
      code: "NOT_LEADER_OR_FOLLOWER",
      errorCode: 6,
      retriable: true,
      refreshMetadata: true,
      topic: "orders",
      partition: 3,
    });
    expect(error.message).toContain("try broker 2");
  });

  test("does not say twice what the broker says in the same words", () => {
    const { message } = errorByCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(kafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, {}, message).message).toBe(
      `UNKNOWN_TOPIC_OR_PARTITION: ${message}`,
    );
  });
});

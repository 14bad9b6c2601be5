import type { Message } from "./message.js";

/**
 * From how many elements on binary-parser reads an array of structs faster than closures over a cursor, by message, as the benchmark measures
 * it: a parse has a fixed cost of about 0.4 us, and each element is then cheaper, the more so the more numbers are in it. Whatever is not in
 * such an array, or in a shorter one, is read by the closures. Messages that are not named here: {@link otherwise}.
 */
const parsedFrom: Readonly<Record<string, number>> = {
  // Mostly numbers: with 64 elements binary-parser takes half of the time.
  DescribeTopicPartitionsResponse: 6,
  FetchRequest: 6,
  FetchResponse: 6,
  MetadataResponse: 6,
  ListOffsetsResponse: 8,
  ProduceResponse: 8,
  // One number or two, or numbers and text: two thirds.
  DescribeConfigsResponse: 8,
  DescribeGroupsResponse: 8,
  ApiVersionsResponse: 12,
  FindCoordinatorResponse: 12,
  OffsetFetchResponse: 12,
  OffsetCommitRequest: 16,
  OffsetCommitResponse: 24,
  // Text and bytes: nine tenths.
  JoinGroupResponse: 24,
  ListGroupsResponse: 32,
  ProduceRequest: 32,
};

const otherwise = 16;

/** The length of arrays of structs from which binary-parser reads them; Infinity where it cannot, because code generation is forbidden. */
export function parsedFromLength({ name }: Message): number {
  return canGenerateCode() ? (parsedFrom[name] ?? otherwise) : Infinity;
}

let codeGeneration: boolean | undefined;

/** Whether this process may turn text into code; binary-parser needs it, and hardened environments forbid it. */
export function canGenerateCode(): boolean {
  if (codeGeneration === undefined) {
    try {
      codeGeneration = new Function("return true")() === true;
    } catch {
      codeGeneration = false;
    }
  }
  return codeGeneration;
}

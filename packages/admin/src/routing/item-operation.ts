import type { Api, Fields, KafkaError, KafkaErrorFacts, StructIn, StructOut } from "@moldau/protocol-codec";
import type { ItemResult } from "./item-result.js";
import type { Route } from "./route.js";

/** What a broker said of one item, as it stands in the response. */
export interface ItemAnswer {
  /** Kafka's error number; 0 for none. */
  readonly errorCode: number;
  /** The broker's words on the error. Default: none. */
  readonly errorMessage?: string | null;
}

/** How a request is made for some of the items. */
export interface QuestionContext {
  /** The version that both sides speak. */
  readonly version: number;
  /** What is left of the operation's time, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * An operation on several items, as {@link perform} carries it out: which API, of whom, and how items stand in request and response.
 * A new operation is one of these and the check of its options, on one page.
 */
export interface ItemOperation<
  Item,
  Req extends Fields,
  Res extends Fields,
  Answer extends ItemAnswer,
  Result extends ItemResult,
> {
  readonly api: Api<Req, Res>;
  readonly items: readonly Item[];
  readonly route: Route<Item>;
  /** Whether a request that may have been done can be made again when its connection was lost: true for what only reads. */
  readonly repeatable: boolean;
  /** Error numbers beside the route's own after which another attempt may help, nothing having been done. Default: none. */
  readonly refusals?: ReadonlySet<number>;
  /** Error numbers that are believed only when they are said for a second: news may not have reached that broker yet. Default: none. */
  readonly doubts?: ReadonlySet<number>;
  /** Newest version to use. Default: the newest that both sides speak. */
  readonly maxVersion?: number;
  /** How many items a request of a version can carry. Default: all. */
  itemsPerRequest?(version: number): number;
  /** By which name an item is found in a response; no two items have the same. */
  keyOf(item: Item): string;
  /** What errors say of the item. */
  factsOf(item: Item): KafkaErrorFacts;
  /** Makes the request for some of the items. */
  question(items: readonly Item[], context: QuestionContext): StructIn<Req>;
  /** What a response says of the request as a whole, where the API has such a thing. Default: nothing. */
  whole?(response: StructOut<Res>): ItemAnswer;
  /** What errors of the request as a whole say beside the API. Default: nothing. */
  readonly wholeFacts?: KafkaErrorFacts;
  /** Goes through a response: what it says of which item. `items` are those that were asked for. */
  answers(response: StructOut<Res>, items: readonly Item[]): Iterable<readonly [key: string, answer: Answer]>;
  /** Makes the result of an item that the broker reports no error of; `node` is the broker that was chosen for it, where one was. */
  succeeded(item: Item, answer: Answer, node: number | undefined): Result;
  /** Makes the result of an item that failed; with the answer when the broker had one. */
  failed(item: Item, error: KafkaError, answer?: Answer): Result;
}

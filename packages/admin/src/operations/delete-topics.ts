import { OptionReader, type OperationOptions } from "@moldau/connection-pool";
import { DeleteTopics, type Uuid } from "@moldau/protocol-codec";
import { controller } from "../routing/controller.js";
import type { ItemResult } from "../routing/item-result.js";
import { perform } from "../routing/perform.js";
import { checkName, operationOptions, unique } from "./arguments.js";
import type { Operation } from "./operation.js";

/** What to delete. */
export interface DeleteTopicsOptions extends OperationOptions {
  /** Names of topics. */
  readonly topics: readonly string[];
}

/** What became of a topic to delete. */
export interface DeletedTopic extends ItemResult {
  readonly topic: string;
  /** The id that the topic had; absent on failure and from brokers before 2.8. */
  readonly topicId?: Uuid;
}

/** Deletes topics, each with a result of its own (DeleteTopics, KIP-4). */
export function deleteTopics(options: DeleteTopicsOptions): Operation<readonly DeletedTopic[]> {
  const read = new OptionReader("deleteTopics", options);
  const topics = read.list("topics", checkName, { nonEmpty: true, example: '["orders"]' });
  const wait = operationOptions(read);
  read.done();
  unique("deleteTopics: topics", topics);
  return {
    wait,
    run: perform({
      api: DeleteTopics,
      items: topics,
      route: controller,
      repeatable: false,
      keyOf: (topic) => topic,
      factsOf: (topic) => ({ topic }),
      question: (names, { version, timeoutMs }) =>
        version >= 6 ? { timeoutMs, topics: names.map((name) => ({ name })) } : { timeoutMs, topicNames: names },
      answers: ({ responses }) => responses.map((answer) => [answer.name ?? "", answer] as const),
      succeeded: (topic, { topicId }): DeletedTopic => (topicId.isZero ? { topic } : { topic, topicId }),
      failed: (topic, error): DeletedTopic => ({ topic, error }),
    }),
  };
}

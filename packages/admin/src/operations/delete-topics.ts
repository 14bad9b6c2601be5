import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { DeleteTopics, kafkaError, type Uuid, type DeleteTopicsResponseTopic } from "@moldau/protocol-codec";
import { checkName, operationOptions, unanswered, unique } from "./arguments.js";
import { askController } from "./controller.js";
import { controllerRefusals, repeat, type ItemResult } from "./repeat.js";

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
export async function deleteTopics(cluster: Cluster, options: DeleteTopicsOptions): Promise<readonly DeletedTopic[]> {
  const read = new OptionReader("deleteTopics", options);
  const topics = read.list("topics", checkName, { nonEmpty: true });
  const wait = operationOptions(read);
  read.done();
  unique("deleteTopics: topics", topics);
  return repeat(cluster, topics, {
    ...wait,
    temporary: controllerRefusals,
    failed: (topic, error) => ({ topic, error }),
    beforeAgain: () => cluster.refreshTopics([]),
    attempt: async (names, timeoutMs) => {
      const response = await askController(cluster, DeleteTopics, {
        ...wait,
        timeoutMs,
        body: (version) => question(names, timeoutMs, version),
      });
      return names.map((topic) =>
        toResult(
          topic,
          response.responses.find(({ name }) => name === topic),
        ),
      );
    },
  });
}

function question(
  names: readonly string[],
  timeoutMs: number,
  version: number,
): { timeoutMs: number; topics?: { name: string }[]; topicNames?: readonly string[] } {
  return version >= 6 ? { timeoutMs, topics: names.map((name) => ({ name })) } : { timeoutMs, topicNames: names };
}

function toResult(topic: string, answer: DeleteTopicsResponseTopic | undefined): DeletedTopic {
  const facts = { topic, apiKey: DeleteTopics.key, apiName: DeleteTopics.name };
  if (!answer) return { topic, error: unanswered(facts) };
  if (answer.errorCode !== 0) return { topic, error: kafkaError(answer.errorCode, facts, answer.errorMessage) };
  return answer.topicId.isZero ? { topic } : { topic, topicId: answer.topicId };
}

import type { BrokerAddress, Cluster, OperationOptions } from "@moldau/connection-pool";
import {
  ErrorCode,
  type Api,
  type Fields,
  type KafkaError,
  type StructIn,
  type StructOut,
} from "@moldau/protocol-codec";
import { brokerOf, eachBroker } from "../routing/given-broker.js";
import type { ItemAnswer } from "../routing/item-operation.js";
import type { ItemResult } from "../routing/item-result.js";
import { perform } from "../routing/perform.js";
import { timeLeft } from "../routing/time-left.js";

/** A broker that could not be asked, or that refused. */
export interface FailedBroker {
  readonly broker: number;
  readonly error: KafkaError;
}

/** What every broker is asked for, since each knows a part of it alone. */
export interface QuestionToAll<Req extends Fields, Res extends Fields, Part> {
  readonly api: Api<Req, Res>;
  /** Makes the request in a version. */
  readonly question: (version: number) => StructIn<Req>;
  /** What the response says of the request as a whole. */
  readonly errorCodeOf: (response: StructOut<Res>) => number;
  /** What a broker has, by its node id. */
  readonly partsOf: (response: StructOut<Res>, broker: number) => readonly Part[];
}

/** What the brokers have together, and which of them are missing in it. */
export interface Gathered<Part> {
  readonly parts: readonly Part[];
  readonly failed: readonly FailedBroker[];
}

/** What one broker had to say. */
interface BrokerParts<Part> extends ItemResult {
  readonly broker: number;
  readonly parts: readonly Part[];
}

/** What a broker answered. */
interface BrokerAnswer<Res extends Fields> extends ItemAnswer {
  readonly response: StructOut<Res>;
}

/** Asks every broker of the cluster, and asks those again that are still loading what they are asked for. */
export async function askEveryBroker<Req extends Fields, Res extends Fields, Part>(
  { api, question, errorCodeOf, partsOf }: QuestionToAll<Req, Res, Part>,
  cluster: Cluster,
  wait: OperationOptions,
): Promise<Gathered<Part>> {
  const left = timeLeft(cluster, wait);
  const items = await eachBroker(cluster, left());
  const results = await perform<BrokerAddress, Req, Res, BrokerAnswer<Res>, BrokerParts<Part>>({
    api,
    items,
    route: brokerOf<BrokerAddress>(({ nodeId }) => nodeId),
    repeatable: true,
    refusals: new Set([ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.COORDINATOR_NOT_AVAILABLE]),
    keyOf: ({ nodeId }) => String(nodeId),
    factsOf: ({ nodeId }) => ({ broker: nodeId }),
    question: (_, { version }) => question(version),
    answers: (response, brokers) =>
      brokers.map(({ nodeId }) => [String(nodeId), { errorCode: errorCodeOf(response), response }] as const),
    succeeded: ({ nodeId }, { response }) => ({ broker: nodeId, parts: partsOf(response, nodeId) }),
    failed: ({ nodeId }, error) => ({ broker: nodeId, parts: [], error }),
  })(cluster, left());
  return {
    parts: results.flatMap(({ parts }) => parts),
    failed: results.flatMap(({ broker, error }) => (error === undefined ? [] : [{ broker, error }])),
  };
}

import { OptionReader, type OperationOptions } from "@moldau/connection-pool";
import { ErrorCode, InitProducerId } from "@moldau/protocol-codec";
import { coordinatorOf } from "../routing/coordinator.js";
import type { ItemResult } from "../routing/item-result.js";
import { perform } from "../routing/perform.js";
import { checkName, operationOptions, unique } from "./arguments.js";
import type { Operation } from "./operation.js";

/** Which producers to fence off. */
export interface FenceProducersOptions extends OperationOptions {
  /** Their transactional ids. */
  readonly transactionalIds: readonly string[];
}

/** What became of a producer to fence off. */
export interface FencedProducer extends ItemResult {
  readonly transactionalId: string;
  /** The producer id that the transactional id has now; absent on failure. */
  readonly producerId?: bigint;
  /** The epoch that it has now, above that of every producer there was; absent on failure. */
  readonly producerEpoch?: number;
}

/**
 * Fences off the producers of transactional ids, at their coordinators, each with a result of its own (InitProducerId): a transaction that is
 * open is aborted first, which is waited for. An id that nobody has used begins to exist.
 */
export function fenceProducers(options: FenceProducersOptions): Operation<readonly FencedProducer[]> {
  const read = new OptionReader("fenceProducers", options);
  const ids = read.list("transactionalIds", checkName, { nonEmpty: true, example: '["billing-1"]' });
  const wait = operationOptions(read);
  read.done();
  unique("fenceProducers: transactionalIds", ids);
  return {
    wait,
    run: perform({
      api: InitProducerId,
      items: ids,
      route: coordinatorOf("transaction", (id: string) => id),
      // An epoch more does no harm: nobody uses the one that was lost on its way.
      repeatable: true,
      refusals: new Set([ErrorCode.CONCURRENT_TRANSACTIONS]),
      itemsPerRequest: () => 1,
      keyOf: (id) => id,
      factsOf: (transactionalId) => ({ transactionalId }),
      question: ([transactionalId = null], { timeoutMs }) => ({
        transactionalId,
        transactionTimeoutMs: Math.min(timeoutMs, longestTimeoutMs),
      }),
      answers: (response, asked) => asked.map((id) => [id, response] as const),
      succeeded: (transactionalId, { producerId, producerEpoch }): FencedProducer => ({
        ...{ transactionalId, producerId, producerEpoch },
      }),
      failed: (transactionalId, error): FencedProducer => ({ transactionalId, error }),
    }),
  };
}

/** A coordinator takes no transaction's time-out above its `transaction.max.timeout.ms`; whoever takes the id next says another. */
const longestTimeoutMs = 60_000;

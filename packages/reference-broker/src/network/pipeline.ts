import { ErrorCode } from "@moldau/protocol-codec";
import { bodyCopy } from "./body-copy.js";
import type { BrokerEvents } from "../events.js";
import { LogError } from "../log/log-error.js";
import { isAnswered, type ResponseBody, type RoutedRequest } from "./handler.js";
import { bodyOf, closeConnection, noResponse, type Outcome } from "./outcome.js";

/** What becomes of a request. */
export type Served = Promise<Outcome<ResponseBody>>;

/** A station that a request passes: it may look, wait, answer by itself, or ask the stations behind it, also several times. */
export type Station = (request: RoutedRequest, next: (request: RoutedRequest) => Served) => Served;

/** The stations that come from outside of this folder. */
export interface PipelineParts {
  readonly events: BrokerEvents;
  /** What tests do to requests. */
  readonly faults: Station;
}

/**
 * The way of every request from its decoding to what becomes of it.
 *
 * ```
 * told        request and response events, with what really went out
 *   silent    a request without an answer gets none, whatever a handler or a fault says
 *     faults  what tests do to requests: around everything that the broker itself does
 *       storage failures   are refused with Kafka's error, and reported
 *         access           whoever may not do it is refused
 *           the handler
 * ```
 *
 * Quotas will stand between `told` and `silent`: they look at the request and at what became of it, write `throttleTimeMs` into the answer
 * and have the session read nothing for so long.
 */
export function requestPipeline({ events, faults }: PipelineParts): (request: RoutedRequest) => Served {
  const stations: readonly Station[] = [told(events), silent, faults, refusingStorageFailures(events), authorized];
  return stations.reduceRight<(request: RoutedRequest) => Served>(
    (next, station) => (request) => station(request, next),
    async ({ handler, body, context }) => handler.answer(body, context),
  );
}

/** What becomes of a request that is refused as a whole: an answer with the error in all its places, or a closed connection without one. */
export function refused(request: RoutedRequest, errorCode: number): Outcome<ResponseBody> {
  if (!isAnswered(request)) return closeConnection;
  const { handler, body, context } = request;
  return handler.refuse(body, { errorCode, apiVersion: context.apiVersion });
}

function told(events: BrokerEvents): Station {
  return async (request, next) => {
    const { handler, body, context } = request;
    const facts = {
      api: handler.api.name,
      apiVersion: context.apiVersion,
      clientId: context.clientId,
      broker: context.broker.nodeId,
      connection: context.session.id,
    };
    events.request({ ...facts, body });
    const startedMs = context.clock.monotonic();
    const outcome = await next(events.isWatched ? { ...request, body: bodyCopy(body) } : request);
    events.response({ ...facts, body: bodyOf(outcome), durationMs: context.clock.monotonic() - startedMs });
    return outcome;
  };
}

const silent: Station = async (request, next) => {
  const outcome = await next(request);
  return bodyOf(outcome) === undefined || isAnswered(request) ? outcome : noResponse;
};

function refusingStorageFailures(events: BrokerEvents): Station {
  return async (request, next) => {
    try {
      return await next(request);
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      events.error(error);
      return refused(request, error.errorCode);
    }
  };
}

const authorized: Station = async (request, next) => {
  const { handler, body, context } = request;
  const errorCode = handler.authorize?.(body, context) ?? ErrorCode.NONE;
  return errorCode === ErrorCode.NONE ? next(request) : refused(request, errorCode);
};

import type { Api, RequestOf, ResponseInputOf, Uuid } from "@moldau/protocol-codec";
import type { TopicState } from "../cluster/state.js";
import type { RoutedRequest } from "../network/handler.js";
import type { Served, Station } from "../network/pipeline.js";
import { checkRule } from "./check-rule.js";
import { Interception, type InterceptedRequest } from "./intercepted-request.js";
import { isAbout, type RequestSubject } from "./match.js";

/** Which requests a rule takes. Whatever is left out does not matter; every part given must hold. */
export interface InterceptRule extends RequestSubject {
  /** Kafka's name of the API (`"Produce"`), or the codec's object of it, which gives the interceptor typed bodies. */
  readonly api?: string | { readonly name: string };
  /** Node id of the broker that gets the request. */
  readonly broker?: number;
  readonly clientId?: string;
  /** Take only the n-th request that matches the rest, counted from 1. Default: every one. */
  readonly nth?: number;
  /** Take at most so many. Default: one with `nth`, otherwise without limit. */
  readonly times?: number;
  /** Take a match only with this chance, from 0 to 1, by the broker's random source. Default 1. */
  readonly probability?: number;
}

/** The type of the requests that a rule takes: known when its API is given as the codec's object. */
export type RequestBodyOf<Rule> = Rule extends { readonly api: Api } ? RequestOf<Rule["api"]> : unknown;

/** The type of the answers to them. */
export type ResponseBodyOf<Rule> = Rule extends { readonly api: Api } ? ResponseInputOf<Rule["api"]> : unknown;

/** What an interceptor does with a request that a rule took. What it throws ends the connection and is reported as an `error` event. */
export type Interceptor<Req = unknown, Res = unknown> = InterceptorMethod<Req, Res>["intercept"];

/** Written as a method, so that an interceptor of typed bodies can stand in the list of all rules: its API was compared before it is called. */
export interface InterceptorMethod<Req = unknown, Res = unknown> {
  intercept(request: InterceptedRequest<Req, Res>): Promise<void> | void;
}

/** A fault rule in force. */
export interface FaultRule {
  /** How many requests matched so far, taken or not. */
  readonly matched: number;
  /** How many requests were taken so far. */
  readonly taken: number;
  /** Ends the rule. Idempotent. */
  remove(): void;
}

/** What {@link FaultRules} needs to know of the cluster. */
export interface FaultSurroundings {
  readonly random: () => number;
  readonly topicById: (id: Uuid) => TopicState | undefined;
  readonly onError: (error: unknown) => void;
}

/** The fault rules of a cluster, in the order in which they were made: the first that matches takes the request. */
export class FaultRules {
  readonly #surroundings: FaultSurroundings;
  #rules: readonly Rule[] = [];

  constructor(surroundings: FaultSurroundings) {
    this.#surroundings = surroundings;
  }

  /** The station of the rules on every request's way. Without rules, the usual case, it costs nothing. */
  readonly station: Station = (request, next) =>
    this.#rules.length === 0 ? next(request) : this.#intercept(request, next);

  /** Adds a rule behind those in force. Throws a RangeError when it could match nothing, or says what rules do not say. */
  add<R extends InterceptRule>(rule: R, interceptor: Interceptor<RequestBodyOf<R>, ResponseBodyOf<R>>): FaultRule {
    checkRule(rule, interceptor);
    const typed: InterceptorMethod<RequestBodyOf<R>, ResponseBodyOf<R>> = { intercept: interceptor };
    const added = new Rule(rule, typed, (gone) => {
      this.#rules = this.#rules.filter((each) => each !== gone);
    });
    this.#rules = [...this.#rules, added];
    return added;
  }

  /** Ends every rule. */
  clear(): void {
    this.#rules = [];
  }

  /** Runs a request through the first rule that takes it, or straight on. */
  async #intercept(request: RoutedRequest, next: (request: RoutedRequest) => Served): Served {
    const rule = this.#rules.find((each) => each.takes(request, this.#surroundings));
    if (rule === undefined) return next(request);
    const interception = new Interception(request, next);
    try {
      await rule.interceptor.intercept(interception);
    } catch (error) {
      if (!request.context.signal.aborted) this.#surroundings.onError(error);
      throw error;
    }
    return interception.settle();
  }
}

class Rule implements FaultRule {
  readonly interceptor: InterceptorMethod;
  readonly #rule: InterceptRule;
  readonly #remove: (rule: Rule) => void;
  readonly #api: string | undefined;
  readonly #times: number;
  #matched = 0;
  #taken = 0;

  constructor(rule: InterceptRule, interceptor: InterceptorMethod, remove: (rule: Rule) => void) {
    this.#rule = rule;
    this.interceptor = interceptor;
    this.#remove = remove;
    this.#api = typeof rule.api === "object" ? rule.api.name : rule.api;
    this.#times = rule.times ?? (rule.nth === undefined ? Number.POSITIVE_INFINITY : 1);
  }

  get matched(): number {
    return this.#matched;
  }

  get taken(): number {
    return this.#taken;
  }

  remove(): void {
    this.#remove(this);
  }

  takes({ handler, body, context }: RoutedRequest, { random, topicById }: FaultSurroundings): boolean {
    const { broker, clientId, nth, probability = 1 } = this.#rule;
    if (this.#api !== undefined && this.#api !== handler.api.name) return false;
    if (broker !== undefined && broker !== context.broker.nodeId) return false;
    if (clientId !== undefined && clientId !== context.clientId) return false;
    if (!isAbout(body, this.#rule, topicById)) return false;
    this.#matched++;
    if (nth !== undefined && this.#matched < nth) return false;
    if (probability < 1 && random() >= probability) return false;
    this.#taken++;
    if (this.#taken >= this.#times) this.remove();
    return true;
  }
}

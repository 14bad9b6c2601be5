import type { AsyncLocalStorage } from "node:async_hooks";
import { channel, tracingChannel } from "node:diagnostics_channel";

/** A channel of `node:diagnostics_channel`, with the type of what is published on it. */
export interface EventChannel<Event extends object> {
  readonly name: string | symbol;
  /** Whether anybody listens; nothing is made, and nothing costs, until somebody does. */
  readonly hasSubscribers: boolean;
  /** Tells all subscribers, at once. An error that one throws is thrown as an uncaught exception. */
  publish(event: Event): void;
  /** Has a function called for every event. */
  subscribe(listener: (event: Event, name: string | symbol) => void): void;
  /** Takes a function back; whether it was subscribed. */
  unsubscribe(listener: (event: Event, name: string | symbol) => void): boolean;
}

/** The channel with this name, the same one as `channel(name)` gives. */
export function eventChannel<Event extends object>(name: string): EventChannel<Event> {
  const found: object = channel(name);
  if (carries<Event>(found)) return found;
  throw new Error(`node:diagnostics_channel gave no channel for ${name}.`);
}

/** What a channel carries is settled by its name, which its one publisher and its subscribers agree on; Node's own types leave that out. */
function carries<Event extends object>(found: object): found is EventChannel<Event> {
  return "publish" in found && "subscribe" in found;
}

/** What the context of a trace gets at its end. */
export interface TraceOutcome<Result> {
  /** What came of it; absent while it is under way, and when it failed. */
  result?: Result;
  /** Why it failed. */
  error?: Error;
}

/** The first channel of a trace, which can also set an `AsyncLocalStorage` for what runs within the call. */
export interface TraceStartChannel<Context extends object> extends EventChannel<Context> {
  /** Has `store` hold what `transform` makes of the context, while the call runs that is traced. */
  bindStore<Store>(store: AsyncLocalStorage<Store>, transform: (context: Context) => Store): void;
  /** Takes a store back. */
  unbindStore<Store>(store: AsyncLocalStorage<Store>): void;
  /** Publishes the context and runs a function, with the stores that are bound. */
  runStores<Result>(context: Context, run: () => Result): Result;
}

/** What is called for each step of a trace; any of them may be left out. */
export interface TraceSubscribers<Context extends object> {
  /** The work begins. */
  readonly start?: (context: Context) => void;
  /** The call that began it returns; the work goes on. */
  readonly end?: (context: Context) => void;
  /** The work failed: the context has the `error`. The two steps below follow. */
  readonly error?: (context: Context) => void;
  /** The work is over. */
  readonly asyncStart?: (context: Context) => void;
  /** The work is over, and everybody knows. */
  readonly asyncEnd?: (context: Context) => void;
}

/**
 * A tracing channel of `node:diagnostics_channel`: one context object goes through `start` and `end`, and when the work is over through
 * `asyncStart` and `asyncEnd`, with `error` before them if it failed. So a span begins at `start` and is over at `asyncEnd`.
 */
export interface TraceChannel<Context extends object> {
  readonly start: TraceStartChannel<Context>;
  readonly end: EventChannel<Context>;
  readonly asyncStart: EventChannel<Context>;
  readonly asyncEnd: EventChannel<Context>;
  readonly error: EventChannel<Context>;
  /** Whether anybody listens to any step; nothing is made, and nothing costs, until somebody does. */
  readonly hasSubscribers: boolean;
  /** Has functions called at every step. */
  subscribe(subscribers: TraceSubscribers<Context>): void;
  /** Takes functions back; whether all were subscribed. */
  unsubscribe(subscribers: TraceSubscribers<Context>): boolean;
}

/** The tracing channel with this name, the same one as `tracingChannel(name)` gives. */
export function traceChannel<Context extends object>(name: string): TraceChannel<Context> {
  const found: object = tracingChannel(name);
  if (traces<Context>(found)) return found;
  throw new Error(`node:diagnostics_channel gave no tracing channel for ${name}.`);
}

function traces<Context extends object>(found: object): found is TraceChannel<Context> {
  return "start" in found && "asyncEnd" in found;
}

/** Work begins that goes on after this turn. */
export function beginTrace<Context extends object>(channel: TraceChannel<Context>, context: Context): Context {
  channel.start.publish(context);
  channel.end.publish(context);
  return context;
}

/** The work came to its end. */
export function endTrace<Result, Context extends TraceOutcome<Result>>(
  channel: TraceChannel<Context>,
  context: Context,
  outcome: TraceOutcome<Result>,
): void {
  Object.assign(context, outcome);
  if (context.error !== undefined) channel.error.publish(context);
  channel.asyncStart.publish(context);
  channel.asyncEnd.publish(context);
}

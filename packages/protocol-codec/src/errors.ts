import { textForBigints, type AsJson } from "./as-json.js";

/**
 * What an error is about, beyond its code: every fact becomes a field of the error under the same name.
 * Absent means that the fact is unknown or does not apply.
 */
export interface KafkaErrorFacts {
  /** Kafka's error number, when a broker said it. */
  readonly errorCode?: number;
  /** Whether cached metadata is stale and has to be read again before a retry. */
  readonly refreshMetadata?: boolean;
  /** Topic name. */
  readonly topic?: string;
  /** Topic id, as Kafka prints it. */
  readonly topicId?: string;
  /** Partition number. */
  readonly partition?: number;
  /** Which message is to blame: its position in the `messages` of its call, or in its stream, from 0. */
  readonly index?: number;
  /** Log offset of a record or batch. */
  readonly offset?: bigint;
  /** Offset behind a batch that cannot be read: to go on from there leaves it out. */
  readonly nextOffset?: bigint;
  /** Offset from which on a log has other messages than it had, or none. */
  readonly divergentOffset?: bigint;
  /** Node id of the broker that failed or answered. */
  readonly broker?: number;
  /** `host:port` of the broker. */
  readonly address?: string;
  /** Numeric key of the API that was called. */
  readonly apiKey?: number;
  /** Name of the API that was called, such as `Produce`. */
  readonly apiName?: string;
  /** Version of the request or of the bytes at hand. */
  readonly apiVersion?: number;
  /** Consumer group. */
  readonly groupId?: string;
  /** Transactional id of a producer. */
  readonly transactionalId?: string;
  /** Dotted path of the message field that could not be read or written. */
  readonly path?: string;
  /** Byte position, from the start of what was decoded, at which the bytes stopped making sense. */
  readonly position?: number;
  /** False when a request never reached the socket, so that it certainly had no effect. */
  readonly written?: boolean;
}

/** How an error is made: its facts, and the two things that decide what the caller does next. */
export interface KafkaErrorOptions extends KafkaErrorFacts {
  /** Whether the same call may succeed when repeated. Default false. */
  readonly retriable?: boolean;
  /** The error underneath this one. Default: none. */
  readonly cause?: unknown;
}

/** What an error was caused by, as JSON. */
export interface CauseJson {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly cause?: CauseJson;
}

/** A {@link KafkaError} as JSON: its facts are fields here as well. The stack is left out: who answers a stranger does not want it. */
export interface KafkaErrorJson extends CauseJson, AsJson<KafkaErrorFacts> {
  readonly code: string;
  readonly retriable: boolean;
}

// Registered in the global symbol table, so that two copies of this module agree on it.
const brandsOf: unique symbol = Symbol.for("moldau.error.brands");

/**
 * The base class of every error that Moldau throws.
 *
 * `code` is Kafka's own name where a broker said it (`NOT_LEADER_OR_FOLLOWER`) and begins with `CLIENT_` where this side
 * did. Instances are recognised by brand, so an error of a second loaded copy of the package passes `instanceof` too.
 */
export class KafkaError extends Error implements KafkaErrorFacts {
  static readonly brand: string = "KafkaError";

  /** Stable name of the failure; compare this, never the message. */
  readonly code: string;
  /** Whether the same call may succeed when repeated. */
  readonly retriable: boolean;

  declare readonly errorCode?: number;
  declare readonly refreshMetadata?: boolean;
  declare readonly topic?: string;
  declare readonly topicId?: string;
  declare readonly partition?: number;
  declare readonly index?: number;
  declare readonly offset?: bigint;
  declare readonly nextOffset?: bigint;
  declare readonly divergentOffset?: bigint;
  declare readonly broker?: number;
  declare readonly address?: string;
  declare readonly apiKey?: number;
  declare readonly apiName?: string;
  declare readonly apiVersion?: number;
  declare readonly groupId?: string;
  declare readonly transactionalId?: string;
  declare readonly path?: string;
  declare readonly position?: number;
  declare readonly written?: boolean;

  constructor(code: string, message: string, options: KafkaErrorOptions = {}) {
    const { retriable = false, cause, ...facts } = options;
    super(message, cause === undefined ? undefined : { cause });
    Object.defineProperty(this, "name", { value: nearestBrand(new.target), configurable: true, writable: true });
    this.code = code;
    this.retriable = retriable;
    for (const [name, value] of Object.entries(facts)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
  }

  /** For `JSON.stringify`: name, code, message, facts and causes, an offset as text. */
  toJSON(): KafkaErrorJson {
    const { name, code, message, retriable } = this;
    const cause = causeJson(this.cause);
    return {
      ...textForBigints(Object.entries(this)),
      ...{ name, code, message, retriable },
      ...(cause === undefined ? undefined : { cause }),
    };
  }

  /** The brands of this error's classes, innermost first; what `instanceof` reads. */
  get [brandsOf](): readonly string[] {
    return brandChain(this.constructor);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    // A class that an application derives without a brand of its own is an ordinary class.
    if (!Object.hasOwn(this, "brand")) return Object.prototype.isPrototypeOf.call(this.prototype, value);
    if (!(brandsOf in value)) return false;
    const brands: unknown = value[brandsOf];
    return Array.isArray(brands) && brands.includes(this.brand);
  }
}

/** Bytes could not be read as what they were said to be; the message names the field or the position. */
export class DecodeError extends KafkaError {
  static override readonly brand: string = "DecodeError";

  constructor(message: string, options: KafkaErrorOptions & { readonly code?: string } = {}) {
    const { code = "CLIENT_DECODE_FAILED", ...rest } = options;
    super(code, message, rest);
  }
}

/** A value could not be written: out of range, of the wrong kind, or not expressible in the asked version. */
export class EncodeError extends KafkaError {
  static override readonly brand: string = "EncodeError";

  constructor(message: string, options: KafkaErrorOptions & { readonly code?: string } = {}) {
    const { code = "CLIENT_ENCODE_FAILED", ...rest } = options;
    super(code, message, rest);
  }
}

/** A stream of frames is broken beyond repair: a negative size, or one above the limit. The connection has to be closed. */
export class FrameError extends KafkaError {
  static override readonly brand: string = "FrameError";

  constructor(message: string, options: KafkaErrorOptions & { readonly code?: string } = {}) {
    const { code = "CLIENT_FRAME_INVALID", ...rest } = options;
    super(code, message, rest);
  }
}

/** As many causes as are told of one error: nobody reads on, and errors may name each other in a circle. */
const maxCauses = 8;

/** Errors are known by their message: those of another realm (Jest has one for each test file), or of another thread, are no instances of ours. */
function causeJson(cause: unknown, depth = 1): CauseJson | undefined {
  if (cause === undefined || depth > maxCauses) return undefined;
  if (typeof cause === "string") return { name: "unknown", message: cause };
  if (typeof cause !== "object" || cause === null || !("message" in cause) || typeof cause.message !== "string")
    return { name: "unknown", message: `a thrown ${cause === null ? "null" : typeof cause}` };
  const further = "cause" in cause ? causeJson(cause.cause, depth + 1) : undefined;
  return {
    ...{ name: "name" in cause && typeof cause.name === "string" ? cause.name : "Error", message: cause.message },
    ...("code" in cause && typeof cause.code === "string" ? { code: cause.code } : undefined),
    ...(further === undefined ? undefined : { cause: further }),
  };
}

function brandChain(constructor: unknown): readonly string[] {
  const brands: string[] = [];
  for (let current = constructor; typeof current === "function"; current = Object.getPrototypeOf(current)) {
    if ("brand" in current && Object.hasOwn(current, "brand") && typeof current.brand === "string")
      brands.push(current.brand);
  }
  return brands;
}

function nearestBrand(constructor: unknown): string {
  return brandChain(constructor)[0] ?? "KafkaError";
}

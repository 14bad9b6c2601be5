import type { Fields, StructIn, StructOut } from "./fields.js";
import { parseVersions, type VersionRange } from "./versions.js";

/** One of Kafka's messages, described once for all its versions. */
export interface Message<S extends Fields = Fields> {
  /** Kafka's own name, for example `FetchResponse`. */
  readonly name: string;
  /** The versions that may be read and written. */
  readonly versions: VersionRange;
  /** The versions with compact lengths and tagged fields. */
  readonly flexible: VersionRange;
  /** The number that names a record of Kafka's own logs: in a coordinator's key, or before a record of the cluster's metadata. */
  readonly recordType: number | undefined;
  /** Made when they are first asked for: loading the package then costs nothing for the messages that a program does not use. */
  readonly fields: S;
}

/** What decoding a message gives: all fields. */
export type Infer<M> = M extends Message<infer S> ? StructOut<S> : never;

/** What encoding a message takes: fields at their default may be left out. */
export type InferInput<M> = M extends Message<infer S> ? StructIn<S> : never;

/** Describes a message; `versions` and `flexible` as Kafka's schemas write them (`"3-13"`, `"9+"`, `"none"`). */
export function message<S extends Fields>(
  name: string,
  { versions, flexible, recordType }: { versions: string; flexible: string; recordType?: number },
  describe: () => S,
): Message<S> {
  let fields: S | undefined;
  return {
    name,
    versions: parseVersions(versions),
    flexible: parseVersions(flexible),
    recordType,
    get fields() {
      return (fields ??= describe());
    },
  };
}

/** One API of the protocol: a request, its response, and the versions that are offered. */
export interface Api<Req extends Fields = Fields, Res extends Fields = Fields> {
  /** The number in the request header. */
  readonly key: number;
  readonly name: string;
  readonly request: Message<Req>;
  readonly response: Message<Res>;
  /** The oldest version that may be spoken. */
  readonly minVersion: number;
  /** The newest stable version; a newer one of {@link Message.versions} is encoded and decoded, but never negotiated by itself. */
  readonly maxVersion: number;
  /** From this version on the client holds back by itself for `throttleTimeMs`; before, the broker delays its answer. Absent: never. */
  readonly throttleFrom: number | undefined;
}

/** What decoding a request of an API gives. */
export type RequestOf<A> = A extends Api<infer Req, any> ? StructOut<Req> : never;
/** What encoding a request of an API takes. */
export type RequestInputOf<A> = A extends Api<infer Req, any> ? StructIn<Req> : never;
/** What decoding a response of an API gives. */
export type ResponseOf<A> = A extends Api<any, infer Res> ? StructOut<Res> : never;
/** What encoding a response of an API takes. */
export type ResponseInputOf<A> = A extends Api<any, infer Res> ? StructIn<Res> : never;

/** Ties a request to its response; `stable` is the newest version to negotiate where the newest of all is not stable yet. */
export function api<Req extends Fields, Res extends Fields>(
  key: number,
  name: string,
  {
    request,
    response,
    stable,
    throttleFrom,
  }: { request: Message<Req>; response: Message<Res>; stable?: number; throttleFrom?: number },
): Api<Req, Res> {
  const { min, max } = request.versions;
  for (const message of [request, response]) apiOf.set(message, { apiKey: key, apiName: name });
  return { key, name, request, response, minVersion: min, maxVersion: stable ?? max, throttleFrom };
}

const apiOf = new WeakMap<Message, { readonly apiKey: number; readonly apiName: string }>();

/** What an error about a message can say of its API; empty for messages that belong to none. */
export function apiFacts(message: Message): { readonly apiKey?: number; readonly apiName?: string } {
  return apiOf.get(message) ?? {};
}

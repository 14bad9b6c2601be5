import {
  ApiVersions,
  ErrorCode,
  KafkaError,
  kafkaError,
  type Api,
  type ApiVersionsResponse,
} from "@moldau/protocol-codec";
import { clientSoftware } from "../software.js";
import type { Exchange } from "./exchange.js";

/** A range of versions, both ends included. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** What one broker said it can do; asked once per connection, because brokers of a cluster under upgrade differ. */
export class BrokerVersions {
  readonly #ranges: ReadonlyMap<number, VersionRange>;
  readonly #features: ReadonlyMap<string, number>;
  readonly #newest = new Map<number, number>();

  constructor(response: ApiVersionsResponse) {
    this.#ranges = new Map(
      response.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]),
    );
    this.#features = new Map(response.finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]));
  }

  /** The versions of an API that the broker speaks; `undefined` when it does not know the API. */
  rangeOf(apiKey: number): VersionRange | undefined {
    return this.#ranges.get(apiKey);
  }

  /** The level that the whole cluster has agreed on for a feature such as `transaction.version` (KIP-584); 0 when it never has. */
  featureLevel(name: string): number {
    return this.#features.get(name) ?? 0;
  }

  /** Whether both sides speak this version. */
  supports(api: Api, version: number): boolean {
    const range = this.#ranges.get(api.key);
    return (
      range !== undefined &&
      version >= Math.max(range.min, api.minVersion) &&
      version <= Math.min(range.max, api.request.versions.max)
    );
  }

  /**
   * The newest version that both sides speak, at most `max`.
   *
   * @throws {KafkaError} UNSUPPORTED_VERSION naming both ranges when there is none.
   */
  newestOf(api: Api, max: number | undefined): number {
    const known = max === undefined ? this.#newest.get(api.key) : undefined;
    if (known !== undefined) return known;
    const range = this.#ranges.get(api.key);
    const ours = Math.min(api.maxVersion, max ?? api.maxVersion);
    const newest = Math.min(ours, range?.max ?? -1);
    if (range === undefined || newest < Math.max(api.minVersion, range.min)) throw unsupported(api, ours, range);
    if (max === undefined) this.#newest.set(api.key, newest);
    return newest;
  }
}

/** Asks the brokers of one cluster what they can do (KIP-35), and remembers in which version of ApiVersions to ask. */
export class Negotiation {
  #version = ApiVersions.maxVersion;

  /**
   * Asks over a new connection, in the newest version that the last broker had, and once more when this one refuses it. An answer is never
   * followed by a second question, were it only in an old version: where clients log in, Kafka takes no further one (it ends the connection).
   *
   * @throws {KafkaError} with Kafka's own code when the broker refuses the question altogether.
   */
  async ask(exchange: Exchange): Promise<BrokerVersions> {
    let asked = this.#version;
    let response = await askVersions(exchange, asked);
    if (response.errorCode === ErrorCode.UNSUPPORTED_VERSION) {
      // Since 2.4 a refusal names the range; a broker before that takes version 0 for certain.
      asked = newestCommon(response) ?? 0;
      response = await askVersions(exchange, asked);
    }
    const versions = accepted(response);
    this.#version = newestCommon(response) ?? asked;
    return versions;
  }
}

/** The newest version of ApiVersions that this side and, as it says, the broker have. */
function newestCommon({ apiKeys }: ApiVersionsResponse): number | undefined {
  const range = apiKeys.find(({ apiKey }) => apiKey === ApiVersions.key);
  return range && Math.max(Math.min(range.maxVersion, ApiVersions.maxVersion), ApiVersions.minVersion);
}

function askVersions(exchange: Exchange, version: number): Promise<ApiVersionsResponse> {
  return exchange(ApiVersions, version, {
    clientSoftwareName: clientSoftware.name,
    clientSoftwareVersion: clientSoftware.version,
  });
}

function accepted(response: ApiVersionsResponse): BrokerVersions {
  if (response.errorCode !== 0)
    throw kafkaError(response.errorCode, { apiKey: ApiVersions.key, apiName: ApiVersions.name });
  return new BrokerVersions(response);
}

function unsupported(api: Api, max: number, range: VersionRange | undefined): KafkaError {
  const theirs = range ? `the broker speaks ${range.min} to ${range.max}` : "the broker does not know it";
  return new KafkaError(
    "UNSUPPORTED_VERSION",
    `No common version of ${api.name}: this client speaks ${api.minVersion} to ${max}, ${theirs}.`,
    {
      errorCode: ErrorCode.UNSUPPORTED_VERSION,
      apiKey: api.key,
      apiName: api.name,
      written: false,
    },
  );
}

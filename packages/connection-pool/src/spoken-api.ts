import type { Api } from "@moldau/protocol-codec";

/** An API that a package of the client speaks, with the versions that it takes. */
export interface SpokenApi {
  readonly api: Api;
  /** The oldest version that is spoken. Default: the oldest that the codec has. */
  readonly minVersion?: number;
  /** The newest version that is asked for. Default: the newest stable one that the codec has. */
  readonly maxVersion?: number;
}

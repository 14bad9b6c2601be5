import { ApiVersions, FindCoordinator, Metadata, SaslAuthenticate, SaslHandshake } from "@moldau/protocol-codec";
import type { SpokenApi } from "./spoken-api.js";

/** Version 0 would be followed by bare tokens without Kafka's headers; no broker since 1.0 needs it. */
export const saslHandshakeVersion = 1;

/** What connections and the cluster ask of brokers, ascending by key. */
export const spokenApis: readonly SpokenApi[] = [
  { api: Metadata },
  { api: FindCoordinator },
  { api: SaslHandshake, minVersion: saslHandshakeVersion, maxVersion: saslHandshakeVersion },
  { api: ApiVersions },
  { api: SaslAuthenticate },
];

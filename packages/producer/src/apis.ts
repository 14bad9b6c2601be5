import type { SpokenApi } from "@moldau/connection-pool/internal";
import { InitProducerId, Produce } from "@moldau/protocol-codec";

/** What the producer asks of brokers, ascending by key. */
export const spokenApis: readonly SpokenApi[] = [{ api: Produce }, { api: InitProducerId }];

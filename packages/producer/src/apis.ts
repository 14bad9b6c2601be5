import type { SpokenApi } from "@moldau/connection-pool/internal";
import {
  AddOffsetsToTxn,
  AddPartitionsToTxn,
  EndTxn,
  InitProducerId,
  Produce,
  TxnOffsetCommit,
} from "@moldau/protocol-codec";
import { addPartitionsVersion, newestVersions } from "./transaction/transactional-requests.js";

/** What the producer asks of brokers, ascending by key. */
export const spokenApis: readonly SpokenApi[] = [
  { api: Produce },
  { api: InitProducerId },
  { api: AddPartitionsToTxn, maxVersion: addPartitionsVersion },
  { api: AddOffsetsToTxn },
  { api: EndTxn },
  { api: TxnOffsetCommit, maxVersion: newestVersions.implied.offsets },
];

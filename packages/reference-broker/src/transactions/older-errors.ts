import { ErrorCode } from "@moldau/protocol-codec";

/** The error that a client of an older version knows: it hears INVALID_PRODUCER_EPOCH, where a newer one hears PRODUCER_FENCED (KIP-588). */
export function errorBefore(firstKnowing: number, errorCode: number, apiVersion: number): number {
  return errorCode === ErrorCode.PRODUCER_FENCED && apiVersion < firstKnowing
    ? ErrorCode.INVALID_PRODUCER_EPOCH
    : errorCode;
}

import type { ClusterOptionsAsData } from "@moldau/connection-pool/internal";
import type { RepeatedHeartbeat } from "./repeated-heartbeat.js";

/** What a worker is made with. */
export interface WorkerStart {
  readonly memory: SharedArrayBuffer;
  readonly groupId: string;
  readonly maxPollIntervalMs: number;
  readonly cluster: ClusterOptionsAsData;
  /** The password at the moment; undefined where none is needed. */
  readonly password: string | undefined;
  /** Whether it may be another one later, which the main thread is asked for. */
  readonly passwordChanges: boolean;
}

/** What the main thread says to the worker. */
export type MessageToWorker =
  /** What is to be repeated from now on; undefined: nothing. */
  | { readonly type: "repeat"; readonly heartbeat: RepeatedHeartbeat | undefined }
  /** It wants its turn. */
  | { readonly type: "claim" }
  | { readonly type: "password"; readonly password: string };

/** What the worker says to the main thread. */
export type MessageToMain =
  /** It is the main thread's turn; the member stands under this epoch, or round, now. */
  | { readonly type: "handedBack"; readonly generationId: number | undefined }
  /** What is the password? */
  | { readonly type: "password" };

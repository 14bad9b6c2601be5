import { Worker } from "node:worker_threads";
import { asKafkaError } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import type { MessageToMain, MessageToWorker, WorkerStart } from "./messages.js";

/** A worker that runs. */
export interface RunningWorker {
  say(message: MessageToWorker): void;
  /** Ends it; resolves when it is gone. */
  close(): Promise<void>;
}

/** Who hears of a worker. */
export interface WorkerListener {
  readonly said: (message: MessageToMain) => void;
  /** It is no more, and nobody ended it. */
  readonly failed: (error: KafkaError) => void;
}

/** Starts a worker, which keeps no process alive. Its script is only loaded here, so that nobody else has it in memory. */
export async function startWorker(start: WorkerStart, { said, failed }: WorkerListener): Promise<RunningWorker> {
  const { workerScript } = await import("./worker-text.js");
  const worker = new Worker(workerScript(), {
    eval: true,
    name: "moldau-heartbeat",
    workerData: start,
    // Nothing of what the application's own threads are started with is of use here, and much of it would do harm.
    argv: [],
    execArgv: [],
    stdin: false,
  });
  let isOver = false;
  const end = (error: KafkaError): void => {
    if (!isOver) failed(error);
    isOver = true;
  };
  worker.on("message", (message: MessageToMain) => said(message));
  worker.once("error", (error) => end(asKafkaError(error)));
  worker.once("exit", (code) => end(asKafkaError(new Error(`The worker that heartbeats ended with code ${code}.`))));
  worker.unref();
  return {
    say: (message) => worker.postMessage(message),
    close: async () => {
      isOver = true;
      await worker.terminate();
    },
  };
}

import type { Key, Value } from "../history/operation.js";
import type { WorkloadProducer, WorkloadTransaction } from "./clients.js";
import type { Recording } from "./recorder.js";
import type { Scene } from "./scene.js";

/** What is done in a transaction, and whether it is to be committed after that. */
export type TransactionBody = (transaction: WorkloadTransaction) => Promise<"commit" | "abort">;

/**
 * Does one transaction and writes down what became of it. Resolves to whether its producer can go on.
 *
 * A transaction whose commit was never asked for failed, whatever else happened: nothing of it may ever be seen.
 */
export async function conduct(
  scene: Scene,
  producer: WorkloadProducer,
  { recording, body }: { readonly recording: Recording; readonly body: TransactionBody },
): Promise<boolean> {
  let transaction: WorkloadTransaction | undefined;
  try {
    transaction = await producer.begin();
    if ((await body(transaction)) === "abort") {
      await transaction.abort();
      recording.end("fail", "aborted by its process");
      return true;
    }
    recording.committing();
    await transaction.commit();
    recording.end("ok");
    return true;
  } catch (error) {
    const { isAborted, isFatal } = scene.clients.judge(error);
    recording.end(isAborted || !recording.isCommitting ? "fail" : "info", error);
    if (isFatal || transaction === undefined) return false;
    return transaction.abort().then(
      () => true,
      () => false,
    );
  }
}

/** Sends messages all at once, and writes down each with its place. Rejects with the first failure when all have an outcome. */
export async function sendAll(
  recording: Recording,
  messages: readonly { readonly key: Key; readonly value: Value }[],
  send: (key: Key, value: Value) => Promise<number | null>,
): Promise<void> {
  const outcomes = await Promise.allSettled(
    messages.map(async ({ key, value }) => {
      const place = recording.step(["send", key, value]);
      place(["send", key, [await send(key, value), value]]);
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

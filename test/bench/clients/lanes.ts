import type { Workload } from "../workload.js";

/** Calls `send` until `messages` were sent, with the workload's number of calls under way at a time. */
export async function sendInLanes(
  { callMessages, concurrentCalls }: Workload,
  messages: number,
  send: () => Promise<void>,
): Promise<void> {
  let left = Math.ceil(messages / callMessages);
  const lane = async (): Promise<void> => {
    while (left-- > 0) await send();
  };
  await Promise.all(Array.from({ length: concurrentCalls }, lane));
}

/** The messages of one call of `send`, or of one transaction. */
export function messagesOfCall({ callMessages, messageBytes }: Workload): { readonly value: Buffer }[] {
  return Array.from({ length: callMessages }, () => ({ value: Buffer.alloc(messageBytes, "x") }));
}

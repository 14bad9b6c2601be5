// What runs in the worker. The build makes one text of it and of all that it imports, which the consumer carries along: a file beside the
// others would be lost by bundlers.

import { parentPort, workerData } from "node:worker_threads";
import { Cluster, CoordinatorClient } from "@moldau/connection-pool";
import { clusterOptionsOf } from "@moldau/connection-pool/internal";
import { HandOver } from "./hand-over.js";
import type { MessageToMain, MessageToWorker, WorkerStart } from "./messages.js";
import { PasswordOfMain } from "./password-of-main.js";
import { StandingIn } from "./standing-in.js";

const port = parentPort;
if (port !== null) {
  const start: WorkerStart = workerData;
  const say = (message: MessageToMain): void => port.postMessage(message);
  const password = new PasswordOfMain(start, () => say({ type: "password" }));
  const cluster = new Cluster(clusterOptionsOf(start.cluster, () => password.current()));
  const lease = cluster.lease({ name: `stand-in for a consumer of group "${start.groupId}"` });
  const coordinator = new CoordinatorClient({ cluster, lease, type: "group", key: start.groupId });
  const reach = (): Promise<unknown> => coordinator.featureLevel("group.version", { purpose: "group" });
  const standingIn = new StandingIn({
    clock: cluster.clock,
    coordinator,
    handOver: new HandOver(start.memory),
    maxPollIntervalMs: start.maxPollIntervalMs,
    reach,
    handedBack: (generationId) => say({ type: "handedBack", generationId }),
  });
  // What stands in the way shows when it matters.
  reach().catch(() => undefined);
  port.on("message", (message: MessageToWorker) => {
    switch (message.type) {
      case "repeat":
        return standingIn.repeat(message.heartbeat);
      case "claim":
        return standingIn.asked();
      case "password":
        return password.given(message.password);
    }
  });
}

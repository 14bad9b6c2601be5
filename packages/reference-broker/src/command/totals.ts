import type { Clock } from "@moldau/platform";
import type { ClusterContents, ReferenceBroker } from "../broker.js";
import { bytesText, counted, type Report } from "./report.js";

/** Counts what goes through a broker, from its start to its end. */
export class Totals {
  readonly #startedMs: number;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #sums = {
    connections: 0,
    requests: 0,
    messagesIn: 0,
    bytesIn: 0,
    messagesOut: 0,
    bytesOut: 0,
  };

  constructor(broker: Pick<ReferenceBroker, "on">, clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
    this.#startedMs = clock.monotonic();
    const sums = this.#sums;
    broker.on("connected", () => void sums.connections++);
    broker.on("disconnected", ({ requests }) => void (sums.requests += requests));
    broker.on("appended", ({ messages, bytes }) => {
      sums.messagesIn += messages;
      sums.bytesIn += bytes;
    });
    broker.on("fetched", ({ messages, bytes }) => {
      sums.messagesOut += messages;
      sums.bytesOut += bytes;
    });
  }

  /** The sum, once the broker is closed: the requests of a connection count when it ends. `contents` is what it held last. */
  report({ topics, groups, sizeInBytes }: ClusterContents): Report {
    const seconds = (this.#clock.monotonic() - this.#startedMs) / 1000;
    const { connections, requests, messagesIn, bytesIn, messagesOut, bytesOut } = this.#sums;
    const text = [
      `Closed after ${durationText(seconds)}: ${counted(connections, "connection")}, ${counted(requests, "request")};`,
      `${counted(messagesIn, "message")} in (${bytesText(bytesIn)}), ${messagesOut} out (${bytesText(bytesOut)});`,
      `${counted(topics.length, "topic")} with ${bytesText(sizeInBytes)}, ${counted(groups.length, "group")}.`,
    ].join(" ");
    return {
      event: "closed",
      text,
      facts: { seconds, ...this.#sums, topics: topics.length, groups: groups.length, sizeInBytes },
    };
  }
}

/** `12 s`, `3 min 5 s`, `2 h 1 min`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.floor(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

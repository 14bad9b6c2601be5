import { KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { initialLife, transition, type ConsumerLife, type ConsumerLifeEvent } from "./consumer-life.js";

const error = new KafkaError("GROUP_AUTHORIZATION_FAILED", "no");

const lives = {
  idle: { name: "idle" },
  starting: { name: "starting" },
  joined: { name: "joined" },
  leaving: { name: "leaving", isWanted: false },
  "leaving, wanted": { name: "leaving", isWanted: true },
  closing: { name: "closing" },
  closed: { name: "closed" },
} as const satisfies Record<string, ConsumerLife>;

const events = {
  start: { type: "start" },
  started: { type: "started" },
  failed: { type: "failed", error },
  stuck: { type: "stuck", error },
  givenUp: { type: "givenUp", error },
  left: { type: "left" },
  close: { type: "close", options: { timeoutMs: 1000, finish: false, leaveGroup: undefined } },
  closed: { type: "closed" },
} as const satisfies Record<ConsumerLifeEvent["type"], ConsumerLifeEvent>;

/** Everything that is not in the table changes nothing and commands nothing. */
const table: Readonly<Record<string, readonly [keyof typeof lives, ...string[]]>> = {
  "idle start": ["starting", "begin"],
  "idle close": ["closing", "shutDown"],
  "starting started": ["joined", "join"],
  "starting failed": ["idle", "refuse", "tellFailed"],
  "starting close": ["closing", "shutDown"],
  "joined failed": ["idle", "refuse", "interrupt", "tellFailed"],
  "joined stuck": ["leaving", "leave", "refuse", "endLoop", "tellFailed"],
  "joined givenUp": ["leaving", "leave", "refuse", "interrupt", "tellFailed"],
  "joined close": ["closing", "shutDown"],
  "leaving start": ["leaving, wanted"],
  "leaving left": ["idle"],
  "leaving close": ["closing", "shutDown"],
  "leaving, wanted left": ["starting", "begin"],
  "leaving, wanted close": ["closing", "shutDown"],
  "closing close": ["closing", "hurry"],
  "closing closed": ["closed", "tellClosed"],
};

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(record) as Key[];
}

const cases = keysOf(lives).flatMap((life) => keysOf(events).map((event) => ({ life, event })));

describe("the life of a consumer", () => {
  it.each(cases)("in state $life, $event", ({ life, event }) => {
    const [name, ...commands] = table[`${life} ${event}`] ?? [life];
    const [after, issued] = transition(lives[life], events[event]);
    expect({ after, commands: issued.map(({ type }) => type) }).toEqual({ after: lives[name], commands });
  });

  it("begins idle, and hands the error on that ended it", () => {
    expect(initialLife).toEqual(lives.idle);
    const [, commands] = transition(lives.joined, events.failed);
    expect(commands).toEqual([
      { type: "refuse", error },
      { type: "interrupt", error },
      { type: "tellFailed", error },
    ]);
  });
});

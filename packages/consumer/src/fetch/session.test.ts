import { Uuid } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { FetchSession, type FetchTarget, type SessionRequest } from "./session.js";

const orders = Uuid.parse("AAAAAAAAAAAAAAAAAAAABQ");
const again = Uuid.parse("AAAAAAAAAAAAAAAAAAAABg");
const rules = { sessions: true, topicIds: true };

function target(partition: number, fetchOffset = 0n, rest: Partial<FetchTarget> = {}): FetchTarget {
  return { topic: "orders", topicId: orders, partition, fetchOffset, leaderEpoch: 3, maxBytes: 100, ...rest };
}

function shape({ sessionId, sessionEpoch, topics, forgottenTopicsData }: SessionRequest): unknown {
  return [
    sessionId,
    sessionEpoch,
    topics.flatMap(({ partitions }) => partitions.map(({ partition, fetchOffset }) => `${partition}@${fetchOffset}`)),
    forgottenTopicsData.flatMap(({ partitions }) => partitions),
  ];
}

describe("a fetch session", () => {
  it("opens with everything, and afterwards carries only what differs", () => {
    const session = new FetchSession();
    expect(shape(session.prepare([target(0), target(1)], rules))).toEqual([0, 0, ["0@0", "1@0"], []]);
    session.succeeded(42);
    expect(shape(session.prepare([target(0, 10n), target(1)], rules))).toEqual([42, 1, ["0@10"], []]);
    session.succeeded(42);
    expect(shape(session.prepare([target(1), target(2)], rules))).toEqual([42, 2, ["2@0"], [0]]);
    session.succeeded(42);
    expect(shape(session.prepare([target(1), target(2), target(0, 10n)], rules))).toEqual([42, 3, ["0@10"], []]);
  });

  it("is opened anew, in place of the old one, after a request that failed", () => {
    const session = new FetchSession();
    session.prepare([target(0)], rules);
    session.succeeded(42);
    session.prepare([target(0, 5n)], rules);
    session.failed();
    expect(shape(session.prepare([target(0)], rules))).toEqual([42, 0, ["0@0"], []]);
    session.succeeded(43);
    expect(shape(session.prepare([target(0)], rules))).toEqual([43, 1, [], []]);
  });

  it("is not taken for a new one when the answer names the one that was to be replaced", () => {
    const session = new FetchSession();
    session.prepare([target(0)], rules);
    session.succeeded(42);
    session.prepare([target(0, 5n)], rules);
    session.failed();
    session.prepare([target(0, 5n)], rules);
    // What a broker answers that refuses the request before it looks at the session: there offset 0 is still asked for.
    session.succeeded(42);
    expect(shape(session.prepare([target(0, 5n)], rules))).toEqual([42, 0, ["0@5"], []]);
  });

  it("does not name a session that the broker has forgotten", () => {
    const session = new FetchSession();
    session.prepare([target(0)], rules);
    session.succeeded(42);
    session.prepare([target(0)], rules);
    session.failed({ sessionIsGone: true });
    expect(shape(session.prepare([target(0)], rules))).toEqual([0, 0, ["0@0"], []]);
  });

  it("goes on asking for a session when the broker has no room, and lists everything each time", () => {
    const session = new FetchSession();
    for (let round = 0; round < 3; round++) {
      expect(shape(session.prepare([target(0)], rules))).toEqual([0, 0, ["0@0"], []]);
      session.succeeded(0);
    }
  });

  it("keeps none with brokers that know none", () => {
    const session = new FetchSession();
    const old = { sessions: false, topicIds: false };
    expect(shape(session.prepare([target(0)], old))).toEqual([0, -1, ["0@0"], []]);
    session.succeeded(0);
    expect(shape(session.prepare([target(0)], old))).toEqual([0, -1, ["0@0"], []]);
  });

  it("forgets a topic's former id when the topic was made again under its name", () => {
    const session = new FetchSession();
    session.prepare([target(0)], rules);
    session.succeeded(42);
    const next = session.prepare([target(0, 0n, { topicId: again })], rules);
    expect(next.topics).toMatchObject([{ topicId: again }]);
    expect(next.forgottenTopicsData).toMatchObject([{ topicId: orders, partitions: [0] }]);
  });

  it("starts over when topics go by name instead of by id", () => {
    const session = new FetchSession();
    session.prepare([target(0)], rules);
    session.succeeded(42);
    expect(shape(session.prepare([target(0)], { sessions: true, topicIds: false }))).toEqual([42, 0, ["0@0"], []]);
  });

  it("asks again for a partition whose limit or leader epoch changed", () => {
    const session = new FetchSession();
    session.prepare([target(0), target(1)], rules);
    session.succeeded(42);
    expect(shape(session.prepare([target(0, 0n, { leaderEpoch: 4 }), target(1)], rules))).toEqual([42, 1, ["0@0"], []]);
  });
});

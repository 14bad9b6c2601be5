import { expect, test } from "vitest";
import { transition, type SessionEvent, type SessionLife } from "./session-life.js";

const start: SessionEvent = { type: "start" };
const request: SessionEvent = { type: "request" };
const answered: SessionEvent = { type: "answered" };
const refuse: SessionEvent = { type: "refuse" };
const close: SessionEvent = { type: "close", reason: "why" };

const lifeAfter = (...events: readonly SessionEvent[]): SessionLife => events.reduce(transition, { state: "opened" });

test("a request is worked on only when none is, and only after the start", () => {
  expect(lifeAfter(request).state).toBe("opened");
  expect(lifeAfter(start, request).state).toBe("working");
  expect(lifeAfter(start, request, request).state).toBe("working");
  expect(lifeAfter(start, request, answered, request).state).toBe("working");
});

test("after a refusal the answer under way is the last", () => {
  expect(lifeAfter(start, request, refuse, answered).state).toBe("left");
  expect(lifeAfter(start, request, refuse, answered, request).state).toBe("left");
  expect(lifeAfter(start, refuse).state).toBe("idle");
});

test("the first reason for the end stays the reason", () => {
  const later: SessionEvent = { type: "close", reason: "later" };
  for (const before of [[], [start], [start, request], [start, request, refuse], [start, request, refuse, answered]]) {
    expect(lifeAfter(...before, close, later, start, request)).toEqual({ state: "closed", reason: "why" });
  }
});

import { ErrorCode, Heartbeat, Metadata, Produce } from "@moldau/protocol-codec";
import { expect, test } from "vitest";
import { BrokerEvents } from "../events.js";
import { heartbeat } from "../handlers/12-heartbeat.js";
import { handlers } from "../handlers/all.js";
import { LogError } from "../log/log-error.js";
import { openAccess, type Access } from "../security/access.js";
import { handler, type RequestContext, type RoutedRequest } from "./handler.js";
import { closeConnection, noResponse } from "./outcome.js";
import { requestPipeline, type Station } from "./pipeline.js";

const straightOn: Station = (request, next) => next(request);

/** A request of version 1 from somebody with these rights; what the stations do not look at is not there. */
function request(
  of: RoutedRequest["handler"],
  body: object,
  access: Access = openAccess("User:a", "/1"),
): RoutedRequest {
  const clock = { monotonic: () => 0 };
  const context = { access, apiVersion: 1, clientId: "c", clock, broker: { nodeId: 1 }, session: { id: 1 } };
  return { handler: of, body, context: context as unknown as RequestContext };
}

function serve(routed: RoutedRequest, faults = straightOn, events = new BrokerEvents()): Promise<unknown> {
  return requestPipeline({ events, faults })(routed);
}

const failing = handler({
  api: Metadata,
  versions: { min: 0, max: 1 },
  refuse: (_request, { errorCode }) => ({ errorCode }),
  answer: () => Promise.reject(new LogError(ErrorCode.KAFKA_STORAGE_ERROR, "the disk is gone")),
});

const silent = handler({ ...failing, hasAnswer: () => false });

test("a storage that fails under a request is reported, and the request refused", async () => {
  const events = new BrokerEvents();
  const reported: unknown[] = [];
  events.subscribe("error", (error) => reported.push(error));
  expect(await serve(request(failing, {}), straightOn, events)).toEqual({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR });
  expect(await serve(request(silent, {}), straightOn, events)).toBe(closeConnection);
  expect(reported).toHaveLength(2);
});

test("a request without an answer gets none, whatever a fault makes up", async () => {
  const answering: Station = () => Promise.resolve({ errorCode: 0 });
  expect(await serve(request(silent, {}), answering)).toBe(noResponse);
  expect(await serve(request(failing, {}), answering)).toEqual({ errorCode: 0 });
});

test("whoever may not do what the whole request depends on is refused before anything happens", async () => {
  const asked: unknown[] = [];
  const nobody: Access = { allows: (operation, { kind, name }) => (asked.push([operation, kind, name]), false) };
  expect(await serve(request(heartbeat, { groupId: "g" }, nobody))).toEqual({
    errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED,
  });
  expect(asked).toEqual([["read", "group", "g"]]);
});

test("a fault sees what access and storage failures made of the request", async () => {
  let seen: unknown;
  const watching: Station = async (routed, next) => {
    const outcome = await next(routed);
    seen = outcome;
    return outcome;
  };
  const events = new BrokerEvents();
  events.subscribe("error", () => undefined);
  await serve(request(failing, {}), watching, events);
  expect(seen).toEqual({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR });
});

test("every handler stands under the key of its API, once, in ascending order", () => {
  const keys = handlers.map(({ api }) => api.key);
  expect(keys).toEqual([...new Set(keys)].sort((one, other) => one - other));
  expect(keys).toEqual(expect.arrayContaining([Produce.key, Heartbeat.key]));
});

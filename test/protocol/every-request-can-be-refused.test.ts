import { decode, encode, ErrorCode, Produce } from "@moldau/protocol-codec";
import { handlers, type Handler } from "@moldau/reference-broker/internal";
import { expect, test } from "vitest";
import { tellingMessage } from "../support/telling-messages.js";

const errorCode = ErrorCode.TOPIC_AUTHORIZATION_FAILED;

const everyVersion = handlers.flatMap((handler) =>
  Array.from({ length: handler.versions.max - handler.versions.min + 1 }, (_, index): [string, number, Handler] => [
    handler.api.name,
    handler.versions.min + index,
    handler,
  ]),
);

test.each(everyVersion)(
  "%s %i is refused with an error for each item that it names, or once",
  (_name, apiVersion, handler) => {
    const { request, response } = handler.api;
    const asked = decode(request, apiVersion, encode(request, apiVersion, tellingMessage(request, apiVersion)));
    const answer = encode(response, apiVersion, handler.refuse(asked, { errorCode, apiVersion }));
    expect(says(decode(response, apiVersion, answer))).toBe(true);
  },
);

test("the client of a Produce with acks 0 is the only one that waits for no answer", () => {
  const silent = handlers.filter(
    ({ api, versions, hasAnswer }) => hasAnswer?.({ ...tellingMessage(api.request, versions.max), acks: 0 }) === false,
  );
  expect(silent.map(({ api }) => api)).toEqual([Produce]);
});

/** Whether a struct has the error in each of its two items, or in those of its items; or in itself when it has none. */
function says(struct: object): boolean {
  const items = Object.values(struct).flatMap((field: unknown) => (isList(field) ? [field] : []));
  if (items.length === 0) return errorCodeIn(struct) === errorCode;
  return items.every((list) => list.length === 2 && list.every(says));
}

/** The error of an item, which AddPartitionsToTxn has a name of its own for. */
function errorCodeIn(struct: object): unknown {
  if ("partitionErrorCode" in struct) return struct.partitionErrorCode;
  return "errorCode" in struct ? struct.errorCode : undefined;
}

function isList(field: unknown): field is readonly object[] {
  return Array.isArray(field) && field.length > 0 && field.every((item) => typeof item === "object");
}

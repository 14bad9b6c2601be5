import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { decode, encode, ErrorCode, Fetch, Uuid } from "@moldau/protocol-codec";
import { handlers, type Handler } from "@moldau/reference-broker/internal";
import { afterAll, describe, expect, test } from "vitest";
import { apacheKafkaClasspath, missingForApacheKafka } from "../support/apache-kafka-jars.js";
import { compileJava } from "../support/java-programs.js";
import { tellingMessage } from "../support/telling-messages.js";

const missing = missingForApacheKafka();
const errorCode = ErrorCode.TOPIC_AUTHORIZATION_FAILED;

const folder = mkdtempSync(join(tmpdir(), "moldau-refusals-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Asked {
  readonly handler: Handler;
  readonly apiVersion: number;
  readonly bytes: Buffer;
}

const asked: readonly Asked[] = handlers.flatMap((handler) => {
  const { api, versions } = handler;
  return Array.from({ length: versions.max - versions.min + 1 }, (_, index) => {
    const apiVersion = versions.min + index;
    return { handler, apiVersion, bytes: encode(api.request, apiVersion, tellingMessage(api.request, apiVersion)) };
  });
});

async function refusedByKafka(): Promise<readonly string[]> {
  const [input, output] = [join(folder, "requests.txt"), join(folder, "answers.txt")];
  const lines = asked.map(({ handler, apiVersion, bytes }) =>
    [handler.api.key, apiVersion, errorCode, bytes.toString("hex")].join(" "),
  );
  writeFileSync(input, lines.map((line) => `${line}\n`).join(""));
  const programs = await compileJava(await apacheKafkaClasspath(), ["RefuseRequests"]);
  await programs.run("RefuseRequests", [input, output]);
  return readFileSync(output, "utf8").trimEnd().split("\n");
}

function refusedByUs({ handler: { api, refuse }, apiVersion, bytes }: Asked): unknown {
  const refused = refuse(decode(api.request, apiVersion, bytes), { errorCode, apiVersion });
  return decode(api.response, apiVersion, encode(api.response, apiVersion, refused));
}

/** Where Apache Kafka gives one error for a whole Fetch (7 on), the broker gives it for each partition: a test that refuses one means those. */
const firstFetchWithOneError = 7;

describe.skipIf(missing !== undefined)(
  `Requests are refused as Apache Kafka refuses them${missing === undefined ? "" : ` (left out: ${missing})`}`,
  () => {
    test("every API that the broker serves, in every version", async () => {
      const theirs = await refusedByKafka();
      const differences = asked.flatMap((one, index) => {
        const { api } = one.handler;
        const wanted = plain(decode(api.response, one.apiVersion, Buffer.from(theirs[index] ?? "", "hex")));
        const ours = plain(refusedByUs(one));
        if (api === Fetch && one.apiVersion >= firstFetchWithOneError) {
          expect(wanted).toMatchObject({ errorCode });
          return [];
        }
        return isDeepStrictEqual(ours, wanted) ? [] : [{ api: api.name, version: one.apiVersion, ours, wanted }];
      });
      expect(differences).toEqual([]);
    }, 120_000);
  },
);

/** Sentences are our own: it matters only whether there is one. Lists stand in any order. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain).sort((one, other) => (text(one) < text(other) ? -1 : 1));
  if (value instanceof Uuid || Buffer.isBuffer(value)) return value.toString();
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, member]) => [name, isSentence(name, member) ? "…" : plain(member)]);
  return Object.fromEntries(entries);
}

function isSentence(name: string, member: unknown): boolean {
  return name === "errorMessage" && typeof member === "string" && member !== "";
}

function text(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => (typeof member === "bigint" ? `${member}n` : member));
}

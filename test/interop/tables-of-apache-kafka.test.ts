import { apis, errorDescriptions } from "@moldau/protocol-codec";
import { beforeAll, describe, expect, test } from "vitest";
import { apacheKafkaClientsClasspath, missingForApacheKafka } from "../support/apache-kafka-jars.js";
import { versionsOf } from "../support/every-message.js";
import { compileJava } from "../support/java-programs.js";

const missing = missingForApacheKafka();

interface KafkaApi {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly newest: number;
  readonly versions: readonly { readonly version: number; readonly throttle: boolean }[];
}

interface Tables {
  readonly errors: readonly unknown[];
  readonly apis: readonly KafkaApi[];
}

describe.skipIf(missing !== undefined)(
  `The tables are those of Apache Kafka's classes${missing === undefined ? "" : ` (left out: ${missing})`}`,
  () => {
    let kafka: Tables;

    beforeAll(async () => {
      const programs = await compileJava(await apacheKafkaClientsClasspath(), ["PrintTables"]);
      kafka = JSON.parse(await programs.run("PrintTables", [])) as Tables;
    });

    test("of errors: codes, names, what may be repeated, and what calls for fresh metadata", () => {
      expect(errorDescriptions.map(({ message: _, ...facts }) => facts)).toEqual(kafka.errors);
    });

    test("of APIs: keys, names, versions, and from which version on a client throttles itself", () => {
      const wanted = kafka.apis.map(({ versions, ...facts }) => ({
        ...facts,
        versions: versions.map(({ version }) => version),
        throttled: versions.filter(({ throttle }) => throttle).map(({ version }) => version),
      }));
      const ours = apis.map(({ key, name, minVersion, maxVersion, request, response, throttleFrom }) => {
        expect(response.versions).toEqual(request.versions);
        const versions = versionsOf(request);
        const throttled = versions.filter((version) => throttleFrom !== undefined && version >= throttleFrom);
        return { key, name, minVersion, maxVersion, newest: request.versions.max, versions, throttled };
      });
      expect(ours).toEqual(wanted);
    });
  },
);

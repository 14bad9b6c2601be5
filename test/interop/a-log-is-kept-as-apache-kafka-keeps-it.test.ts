import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apacheKafkaClasspath } from "../support/apache-kafka-jars.js";
import { missingForApacheKafka } from "../support/apache-kafka.js";
import { compileJava, type JavaPrograms } from "../support/java-programs.js";
import { LogScript } from "../support/log-script.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

describe.skipIf(missing !== undefined)(`Apache Kafka's log beside ours${leftOut}`, () => {
  let java: JavaPrograms;
  let folder: string;

  beforeAll(async () => {
    java = await compileJava(await apacheKafkaClasspath(), ["KeepLog"]);
    folder = mkdtempSync(join(tmpdir(), "moldau-kept-logs-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test("refuses the same, is as stable, lists the same aborted transactions and leaves the same files", async () => {
    const scripts = await Promise.all(
      Array.from({ length: 20 }, (_, seed) => LogScript.run("disk", { seed, steps: 60 })),
    );
    try {
      const places = scripts.map(({ lines }, seed) => {
        const place = join(folder, `${seed}`);
        mkdirSync(place);
        writeFileSync(join(place, "script"), lines.join("\n"));
        return { script: join(place, "script"), kept: join(place, "flights-0") };
      });
      const printed = await java.run(
        "KeepLog",
        places.flatMap(({ script, kept }) => [kept, script]),
      );
      const told = printed.split("\n\n").map((each) => each.split("\n"));
      for (const [seed, script] of scripts.entries()) {
        expect(script.told, `seed ${seed}`).toEqual(told[seed]);
        expect(transactionIndexes(script.place.dir), `seed ${seed}`).toEqual(
          transactionIndexes(places[seed]?.kept ?? ""),
        );
      }
    } finally {
      for (const { place } of scripts) await place[Symbol.asyncDispose]();
    }
  });
});

/** The files that list aborted transactions, byte for byte. One that lists none says as little as none: a truncation leaves it in Kafka. */
function transactionIndexes(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".txnindex"))
    .sort()
    .map((name): [string, string] => [name, readFileSync(join(folder, name)).toString("hex")])
    .filter(([, bytes]) => bytes !== "");
}

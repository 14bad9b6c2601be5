import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { shareOutAgain, type SharedOutGroup } from "../../../../testing/shared-out-group.js";

const file = fileURLToPath(new URL("../../../../../../test/golden/server-assignors.jsonl.gz", import.meta.url));
const groups = gunzipSync(readFileSync(file))
  .toString("utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as SharedOutGroup);

describe.each(["uniform", "range"])("the assignor %s of the broker", (name) => {
  describe.each([true, false])("in a group whose members read the same topics: %s", (isHomogeneous) => {
    const own = groups.filter((group) => group.assignor === name && group.isHomogeneous === isHomogeneous);

    it("shares out as Apache Kafka's class does", () => {
      expect(own.length).toBeGreaterThan(30);
      for (const group of own) expect(shareOutAgain(group), JSON.stringify(group)).toEqual(group.result);
    });

    it("refuses a topic that does not exist", () => {
      const group = own.find(({ members }) => (members[0]?.topicIds.length ?? 0) > 0);
      expect(() => shareOutAgain({ ...(group as SharedOutGroup), topics: {} })).toThrow(
        expect.objectContaining({ errorCode: -1, message: expect.stringContaining("which doesn't exist") }),
      );
    });
  });

  it("has nothing to share out in a group without members", () => {
    const nobody = { assignor: name, isHomogeneous: true, topics: {}, members: [], result: {} };
    expect(shareOutAgain(nobody)).toEqual({});
    expect(shareOutAgain({ ...nobody, isHomogeneous: false })).toEqual({});
  });
});

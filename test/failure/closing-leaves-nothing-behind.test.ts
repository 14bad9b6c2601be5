import { join } from "node:path";
import { expect, it } from "vitest";
import { runProgram } from "../support/child-program.js";
import { repository } from "../support/repository.js";

// In a process of its own: the runner of the tests has timers and sockets too, and nothing tells whose is whose.
it("leaves no timer, no socket and no server behind, and lets the process end", async () => {
  const program = join(repository, "test/failure/programs/closes-everything.mjs");
  const { code, stdout, stderr } = await runProgram(process.execPath, [program]);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "{}\n", stderr: "" });
});

// Runs a program that must not outlive the process which asked for it, however that one ends (even killed: then no handler of its own runs).
// usage: node tethered.mjs COMMAND [ARGUMENT …]     with a pipe as file descriptor 3, whose other end the asking process holds.
// The program gets standard input, output and error unchanged; a SIGTERM or SIGINT is passed on to it.

import { spawn } from "node:child_process";
import { Socket } from "node:net";

const [command, ...args] = process.argv.slice(2);
const program = spawn(command ?? "", args, { stdio: "inherit" });
const tether = new Socket({ fd: 3 });

tether.on("error", () => {}); // A broken pipe says the same as a closed one, and "close" follows.
tether.on("close", () => program.kill("SIGKILL"));
tether.resume();
for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT"])) process.on(signal, () => program.kill(signal));

program.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
program.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGTERM" ? 143 : 137)));

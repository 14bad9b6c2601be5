import { createRequire } from "node:module";
import { systemClock } from "@moldau/platform";
import { startBroker, type ReferenceBroker } from "../broker.js";
import { prepareCommand, type PreparedCommand } from "./broker-options.js";
import { reportEvents } from "./event-reports.js";
import { failureSentence } from "./failure-sentence.js";
import { usage } from "./options.js";
import { askedToEnd } from "./asked-to-end.js";
import { parseCommand, type BrokerCommand, type ServeCommand } from "./parse-command.js";
import { usersVariable } from "./parse-user.js";
import { jsonLine, type PrintReport } from "./report.js";
import { startReport } from "./start-report.js";
import { Totals } from "./totals.js";
import { UsageError } from "./usage-error.js";

/** Where the command writes to, and who stops it. */
export interface CommandSurroundings {
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Resolves when somebody asks the broker to end. */
  readonly asked: () => Promise<void>;
}

/**
 * The command line: runs a broker until SIGINT or SIGTERM, and resolves to the exit code. 0 after an orderly end, 1 when the broker could
 * not be started or closed, 2 when the arguments make no sense.
 */
export async function runCommand(
  args: readonly string[],
  surroundings: CommandSurroundings = terminal,
): Promise<number> {
  const { print, complain, environment } = surroundings;
  try {
    const command = parseCommand(args, { hasUsers: environment[usersVariable] !== undefined });
    if (command.kind === "serve") await serve(command, surroundings);
    else print(textOf(command));
    return 0;
  } catch (error) {
    const isMisuse = error instanceof UsageError || error instanceof RangeError;
    if (!isMisuse) complain(failureSentence(error));
    else complain(`${inTermsOfTheCommand(error.message)}\nreference-broker --help shows what can be given.`);
    return isMisuse ? 2 : 1;
  }
}

const terminal: CommandSurroundings = {
  print: (line) => write(process.stdout, line),
  complain: (line) => write(process.stderr, line),
  environment: process.env,
  asked: () => askedToEnd(process),
};

/** The options of `startBroker` that have another name here. */
const namesHere = { advertisedHost: "--advertised-host", dataDir: "--data", sessionLifetimeMs: "--sasl-session-ms" };

/** A sentence of `startBroker`, for those who gave the options as arguments. */
function inTermsOfTheCommand(sentence: string): string {
  return Object.entries(namesHere).reduce((text, [there, here]) => text.replaceAll(there, here), sentence);
}

/** Writes a line. Who reads it may be gone (`| head`): the broker goes on, and ends in good order when it is asked to. */
function write(stream: NodeJS.WriteStream, line: string): void {
  if (stream.listenerCount("error") === 0) stream.on("error", () => {});
  stream.write(`${line}\n`);
}

function textOf({ kind }: Exclude<BrokerCommand, { kind: "serve" }>): string {
  if (kind === "help") return usage;
  // By the package's own name: this file lies elsewhere once it is built.
  const manifest: unknown = createRequire(import.meta.url)("@moldau/reference-broker/package.json");
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "unknown";
}

async function serve(command: ServeCommand, surroundings: CommandSurroundings): Promise<void> {
  const prepared = await prepareCommand(command, surroundings.environment);
  try {
    await attend(await startBroker(prepared.options), { command, prepared, surroundings });
  } finally {
    await prepared.development?.dispose();
  }
}

/** What the command does between the broker's start and its end. */
async function attend(
  broker: ReferenceBroker,
  {
    command,
    prepared,
    surroundings,
  }: {
    readonly command: ServeCommand;
    readonly prepared: PreparedCommand;
    readonly surroundings: CommandSurroundings;
  },
): Promise<void> {
  const report: PrintReport = (each) =>
    surroundings.print(command.isJson ? jsonLine(each, systemClock.now()) : each.text);
  const totals = new Totals(broker, systemClock);
  let last = broker.contents;
  try {
    broker.on("error", (error) => {
      const text = failureSentence(error);
      if (command.isJson) report({ event: "error", text, facts: {} });
      else surroundings.complain(text);
    });
    if (command.isVerbose) reportEvents(broker, report);
    await prepared.development?.save();
    const found = broker.contents;
    await broker.createMissingTopics(command.topics);
    // Whoever reads that it is ready may ask it to end at once.
    const end = surroundings.asked();
    report(startReport(broker, { command, prepared, found }));
    await end;
    report({ event: "closing", text: "Closing.", facts: {} });
    last = broker.contents;
  } finally {
    await broker.close();
  }
  report(totals.report(last));
}

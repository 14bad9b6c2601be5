import { startBroker, type ReferenceBroker } from "../broker.js";
import { parseCommand, usage, UsageError, type BrokerCommand } from "./parse-command.js";

/** Where the command writes to, and who stops it. */
export interface CommandSurroundings {
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
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
  const { print, complain, asked } = surroundings;
  let command: BrokerCommand;
  try {
    command = parseCommand(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(`${error.message}\nreference-broker --help shows what can be given.`);
    return 2;
  }
  if (command.kind === "help") {
    print(usage);
    return 0;
  }
  try {
    await serve(await startBroker(command.options), { command, print, complain, asked });
    return 0;
  } catch (error) {
    complain(sentenceOf(error));
    return error instanceof RangeError ? 2 : 1;
  }
}

const terminal: CommandSurroundings = {
  print: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
  asked: () =>
    new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    }),
};

async function serve(
  broker: ReferenceBroker,
  {
    command,
    print,
    complain,
    asked,
  }: CommandSurroundings & { readonly command: BrokerCommand & { readonly kind: "serve" } },
): Promise<void> {
  broker.on("error", (error) => complain(sentenceOf(error)));
  const { dataDir } = command.options;
  const where = dataDir === undefined ? "data in memory" : `data in ${dataDir}`;
  // Whoever reads that it is ready may ask it to end at once.
  const end = asked();
  print(`Ready on ${broker.bootstrapServers.join(",")} (${where}). Ctrl+C ends it.`);
  await end;
  print("Closing.");
  await broker.close();
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "EADDRINUSE")
    return `${error.message}: something listens there already. Give another --port.`;
  return error.message;
}

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { newestPlatformatic } from "../codec/platformatic-version.js";
import { median, printTable } from "../report.js";

const run = promisify(execFile);

/** Something to load in a fresh process: a package by its name, or a file. */
interface Loading {
  readonly name: string;
  readonly how: "import" | "require";
  readonly what: string;
}

interface Cost {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
}

/** Prints what a fresh process pays for loading the codec, beyond what it pays for a module with nothing in it. */
export async function timeImports(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "moldau-bench-"));
  const empty = { import: join(folder, "empty.mjs"), require: join(folder, "empty.cjs") };
  try {
    await Promise.all(Object.values(empty).map((path) => writeFile(path, "")));
    const loadings = packages();
    const nothing = (["import", "require"] as const).map((how): Loading => ({
      name: "",
      how,
      what: how === "import" ? pathToFileURL(empty[how]).href : empty[how],
    }));
    const costs = await costsOf([...nothing, ...loadings], rounds);
    console.log(`\nLoading in a fresh process, net of an empty module: medians of ${rounds} processes each, in turn`);
    printTable(
      ["what", "ms", "CPU ms"],
      loadings.map(({ name, how }, index) => {
        const base = costs[how === "import" ? 0 : 1];
        const cost = costs[index + nothing.length];
        const net = (of: keyof Cost): string => ((cost?.[of] ?? Number.NaN) - (base?.[of] ?? Number.NaN)).toFixed(1);
        return [name, net("milliseconds"), net("cpuMilliseconds")];
      }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

function packages(): Loading[] {
  const codec = "@moldau/protocol-codec";
  const loadings: Loading[] = [{ name: `import ${codec}`, how: "import", what: codec }];
  if (canRequire(codec)) loadings.push({ name: `require ${codec}`, how: "require", what: codec });
  else console.log(`\nNo CommonJS bundle of ${codec} here (npm run build makes it), so only its import is timed.`);
  const { alias, version } = newestPlatformatic();
  return [
    ...loadings,
    { name: "require kafkajs, the whole client", how: "require", what: "kafkajs" },
    { name: `import @platformatic/kafka ${version}, the whole client`, how: "import", what: alias },
  ];
}

function canRequire(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

async function costsOf(loadings: readonly Loading[], rounds: number): Promise<Cost[]> {
  const costs = loadings.map((): Cost[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, loading] of loadings.entries()) costs[index]?.push(await costOf(loading));
  return costs.map((of) => ({
    milliseconds: median(of.map(({ milliseconds }) => milliseconds)),
    cpuMilliseconds: median(of.map(({ cpuMilliseconds }) => cpuMilliseconds)),
  }));
}

async function costOf({ how, what }: Loading): Promise<Cost> {
  const load = how === "import" ? `await import(${JSON.stringify(what)})` : `require(${JSON.stringify(what)})`;
  const program = [
    "const cpu = process.cpuUsage(), start = performance.now();",
    `${load};`,
    "const milliseconds = performance.now() - start, { user, system } = process.cpuUsage(cpu);",
    "console.log(JSON.stringify({ milliseconds, cpuMilliseconds: (user + system) / 1000 }));",
  ].join("\n");
  const type = how === "import" ? "module" : "commonjs";
  const { stdout } = await run(process.execPath, [`--input-type=${type}`, "--eval", program], {
    // Names are looked up from here.
    cwd: fileURLToPath(new URL(".", import.meta.url)),
  });
  return JSON.parse(stdout) as Cost;
}

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ChildProgram, runProgram } from "./child-program.js";
import { quickJava } from "./java-archive.js";
import { repository } from "./repository.js";

const sources = join(repository, "test/interop/java");
const cache = join(repository, "node_modules/.cache/java-programs");

/** Programs of test/interop/java, compiled against one class path. */
export interface JavaPrograms {
  /** Runs a program to its end and returns what it printed; fails, with its last words, when it does or when 100 s pass. */
  run(program: string, args: readonly string[]): Promise<string>;
  /** Starts a program that goes on until it is told to end. */
  start(program: string, args: readonly string[]): ChildProgram;
}

/** Compiles programs and all that they use. What was compiled before, from the same sources and libraries, is taken again. */
export async function compileJava(classpath: string, programs: readonly string[]): Promise<JavaPrograms> {
  const classes = join(cache, fingerprint(classpath, programs));
  if (!existsSync(classes)) await compileInto(classes, classpath, programs);
  // The programs come last: with something before it, the archive is of another class path.
  const options = [...quickJava(classpath), "-cp", [classpath, classes].join(delimiter)];
  return {
    start: (program, args) => new ChildProgram("java", [...options, program, ...args]),
    async run(program, args) {
      const { code, stdout, stderr } = await runProgram("java", [...options, program, ...args], { timeoutMs: 100_000 });
      if (code !== 0)
        throw new Error(`${program} ended with code ${code}:\n${stdout.slice(-1000)}${stderr.slice(-3000)}`);
      return stdout;
    },
  };
}

async function compileInto(classes: string, classpath: string, programs: readonly string[]): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, "partial-"));
  try {
    // By its module, as a runtime for servers has the compiler but no command of that name.
    const compiler = [
      "-m",
      "jdk.compiler/com.sun.tools.javac.Main",
      "-encoding",
      "UTF-8",
      "-Xlint:all,-path,-classfile",
    ];
    const options = ["-cp", classpath, "-sourcepath", sources, "-implicit:class", "-d", partial];
    const files = programs.map((program) => join(sources, `${program}.java`));
    const { code, stdout, stderr } = await runProgram("java", [...compiler, "-Werror", ...options, ...files]);
    if (code !== 0) throw new Error(`Java could not compile ${programs.join(", ")}:\n${stdout}${stderr}`);
    // Renaming is the last step: a compilation that was interrupted leaves nothing that looks complete.
    if (!existsSync(classes)) renameSync(partial, classes);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function fingerprint(classpath: string, programs: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify([classpath, programs]));
  for (const file of readdirSync(sources).sort()) hash.update(file).update(readFileSync(join(sources, file)));
  return hash.digest("hex").slice(0, 16);
}

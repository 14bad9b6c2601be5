// Writes down the public face of every door, as TypeScript sees it: packages/NAME/index.api.md. With --check it only compares, and ends
// with 1 when a report is out of date. A change of what users import so stands in the diff that is reviewed.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel, type IConfigFile } from "@microsoft/api-extractor";
import { doors, type Door } from "./doors.js";
import { repository } from "./repository.js";

const isCheck = process.argv.includes("--check");
const scratch = mkdtempSync(join(tmpdir(), "moldau-api-"));
try {
  const changed = doors.filter((door) => isOutdated(door));
  const names = changed.map(({ name }) => name).join(", ");
  if (changed.length === 0) say(`the ${doors.length} API reports are up to date`);
  else if (isCheck)
    fail(`What users import of ${names} is not what its API report says. Write the reports again with: npm run api`);
  else say(`wrote the API reports of ${names}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Whether the report differs from what was built; writes it anew then, unless it is only to be compared. */
function isOutdated(door: Door): boolean {
  const file = join(repository, door.folder, `${door.module}.api.md`);
  const report = reportOf(door);
  if (existsSync(file) && readFileSync(file, "utf8") === report) return false;
  if (!isCheck) writeFileSync(file, report);
  return true;
}

function reportOf(door: Door): string {
  const reportFileName = `${door.name.replaceAll(/\W+/g, "-")}.api.md`;
  const config = ExtractorConfig.prepare({
    configObject: configOf(door, reportFileName),
    configObjectFullPath: undefined,
    packageJsonFullPath: join(repository, door.folder, "package.json"),
  });
  const { errorCount } = Extractor.invoke(config, { localBuild: true, messageCallback: tell });
  if (errorCount > 0) throw new Error(`${door.name} has no API report: see the errors above.`);
  return readFileSync(join(scratch, reportFileName), "utf8").replaceAll("\r\n", "\n");
}

function configOf({ folder, module }: Door, reportFileName: string): IConfigFile {
  const quiet = { logLevel: ExtractorLogLevel.None, addToApiReportFile: false };
  return {
    projectFolder: join(repository, folder),
    mainEntryPointFilePath: join(repository, folder, "dist", `${module}.d.ts`),
    newlineKind: "lf",
    compiler: { overrideTsconfig: { compilerOptions: compilerOptions() } },
    apiReport: { enabled: true, reportFileName, reportFolder: scratch, reportTempFolder: join(scratch, "new") },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: { default: quiet },
      // There are no release tags, and the compiler and the generator of the reference look after the rest.
      extractorMessageReporting: { default: quiet },
      tsdocMessageReporting: { default: quiet },
    },
  };
}

function compilerOptions() {
  return {
    target: "es2022",
    lib: ["es2023", "esnext.disposable"],
    module: "nodenext",
    moduleResolution: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(repository, "node_modules/@types")],
  };
}

/** Its own progress is nobody's business; what is an error is. */
function tell(message: { readonly logLevel: ExtractorLogLevel; readonly text: string; handled: boolean }): void {
  message.handled = true;
  if (message.logLevel === ExtractorLogLevel.Error) say(message.text);
}

function say(text: string): void {
  process.stderr.write(`moldau: ${text}\n`);
}

function fail(text: string): void {
  say(text);
  process.exitCode = 1;
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";

/** What Chromium and its relatives are called where they are installed. */
const commands = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
  "microsoft-edge-stable",
  "brave-browser",
];
const elsewhere = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
  String.raw`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
];

/** The browser that is there: the one that `CHROME_PATH` names, else the first that is installed. */
export const browserPath: string | undefined = found();

/** What to do when there is none. */
export const missingBrowser =
  "There is no Chromium, Chrome or Edge to open the site in: install one (on Debian: apt-get install chromium), or name it in CHROME_PATH.";

/** Whether the site can be left unopened: on a laptop, with a word about it, but not where everything has to be tried. */
export const isBrowserOptional: boolean = process.env["CI"] === undefined;

/** Opens the browser without a window. @throws {Error} when there is none. */
export async function openBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error(missingBrowser);
  // Root, as in a container, has no sandbox to put the browser into; it sees nothing but our own pages.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: browserPath, args: isRoot ? ["--no-sandbox"] : [] });
}

function found(): string | undefined {
  const named = process.env["CHROME_PATH"];
  if (named !== undefined && named !== "") return existsSync(named) ? named : undefined;
  const folders = (process.env["PATH"] ?? "").split(":");
  return [...commands.flatMap((command) => folders.map((folder) => join(folder, command))), ...elsewhere].find((path) =>
    existsSync(path),
  );
}

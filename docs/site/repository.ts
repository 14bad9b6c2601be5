import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository, found from below: these programs run compiled, in a folder of their own. */
export const repository: string = above(dirname(fileURLToPath(import.meta.url)));

/** Where the repository can be read, for links to what is no page of the site. */
export const repositoryUrl = "https://github.com/moldau/moldau";

function above(folder: string): string {
  if (existsSync(join(folder, "pnpm-workspace.yaml"))) return folder;
  if (dirname(folder) === folder) throw new Error("This program belongs into the repository, and runs outside of it.");
  return above(dirname(folder));
}

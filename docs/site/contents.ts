import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./repository.js";

/** What the reference has to tell of, for the site's navigation and for links from the guides. */
export interface Contents {
  readonly doors: readonly DoorContents[];
}

/** One door: its name, the folder of its pages, and what is found there. */
export interface DoorContents {
  readonly name: string;
  readonly pages: string;
  /** Whether its sections are worth a place in the navigation. */
  readonly isRoomy: boolean;
  readonly sections: readonly SectionContents[];
}

/** Exports of one use, with the addresses of their pages below /reference/. */
export interface SectionContents {
  readonly heading: string;
  readonly items: readonly { readonly name: string; readonly path: string }[];
}

/** Where the generator of the reference leaves it. */
export const contentsFile: string = join(repository, "docs/.vitepress/cache/reference.json");

/** Reads what the generator of the reference wrote. @throws {Error} when it has not run. */
export function contents(): Contents {
  if (!existsSync(contentsFile)) throw new Error("The reference has not been made: the site is built by npm run docs.");
  return JSON.parse(readFileSync(contentsFile, "utf8"));
}

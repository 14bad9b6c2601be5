// Writes the pages of the reference into docs/reference, a folder for each door. They are made from the doc comments and not kept in
// the repository.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { doors } from "../doors.js";
import { repository } from "../repository.js";
import { contentsFile, type Contents } from "../contents.js";
import { convert } from "./convert.js";
import { doorText, pageText } from "./pages.js";
import { place } from "./placement.js";

const placement = place(await convert());
const folder = join(repository, "docs/reference");
for (const { pages } of doors) rmSync(join(folder, pages), { recursive: true, force: true });
for (const page of placement.pages) write(page.path, pageText(page, placement));
for (const door of doors) write(`${door.pages}/index`, doorText(door, placement));
mkdirSync(dirname(contentsFile), { recursive: true });
writeFileSync(contentsFile, JSON.stringify(contents()));
process.stderr.write(`moldau: wrote ${placement.pages.length + doors.length} pages of reference\n`);

function write(path: string, text: string): void {
  const file = join(folder, `${path}.md`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function contents(): Contents {
  return {
    doors: doors.map((door) => ({
      name: door.name,
      pages: door.pages,
      isRoomy: door.isRoomy,
      sections: (placement.sections.get(door) ?? []).map(({ heading, items }) => ({
        heading,
        items: [...new Map(items.map(({ name, declaration }) => [name, placement.pageOf.get(declaration)]))].flatMap(
          ([name, page]) => (page === undefined ? [] : { name, path: page.path }),
        ),
      })),
    })),
  };
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DefaultTheme } from "vitepress";
import type { Contents, DoorContents } from "./contents.js";
import { repository } from "./repository.js";

const docs = join(repository, "docs");

/** The pages of docs/, in the order in which people need them. A page that stands nowhere here fails the build. */
const groups: readonly { readonly text: string; readonly pages: readonly string[] }[] = [
  { text: "Begin", pages: ["getting-started", "guides/coming-from-kafkajs"] },
  {
    text: "Build",
    pages: [
      "guides/producing",
      "guides/consuming",
      "guides/groups",
      "guides/transactions",
      "guides/stopping-and-starting",
      "guides/errors-and-retries",
      "guides/security",
      "guides/administration",
    ],
  },
  { text: "Test", pages: ["guides/testing", "guides/development-broker"] },
  { text: "Run", pages: ["guides/observing", "guides/tuning", "guides/bundling-and-serverless"] },
  {
    text: "Look inside",
    pages: [
      "guides/protocol",
      "reference/consumer-options",
      "reference/supported-apis",
      "reference/errors",
      "reference/limits",
      "design",
    ],
  },
];

/** Pages that are reached by other ways than the sidebar. */
const elsewhere: readonly string[] = ["README", "index", "reference/README"];
const examples = "examples";

/** The navigation: guides by task, and beside the reference the names of what applications use. */
export function sidebar(reference: Contents): DefaultTheme.SidebarMulti {
  checkPlaces();
  const ofDocs = groups.map(({ text, pages }) => ({ text, items: pages.map(guide) }));
  const guides = [...ofDocs, { text: "Examples", items: examplePages().map(guide) }];
  return {
    "/": [...guides, { text: "Reference", items: reference.doors.map(doorLink) }],
    "/reference/": reference.doors.map(doorTree),
    "/reference/supported-apis": guides,
    "/reference/consumer-options": guides,
    "/reference/errors": guides,
    "/reference/limits": guides,
  };
}

function guide(page: string): DefaultTheme.SidebarItem {
  return { text: titleOf(page), link: `/${page.replace(/README$/, "")}` };
}

function doorLink({ name, pages }: DoorContents): DefaultTheme.SidebarItem {
  return { text: name, link: `/reference/${pages}/` };
}

function doorTree(door: DoorContents): DefaultTheme.SidebarItem {
  if (!door.isRoomy) return doorLink(door);
  const sections = door.sections.map(({ heading, items }) => ({
    text: heading,
    collapsed: true,
    items: items.map(({ name, path }) => ({ text: name, link: `/reference/${path}` })),
  }));
  return { ...doorLink(door), items: sections };
}

/** The heading of a page, as it stands there. */
function titleOf(page: string): string {
  const title = /^# (?<title>.+)$/m.exec(readFileSync(join(docs, `${page}.md`), "utf8"))?.groups?.["title"];
  if (title === undefined) throw new Error(`docs/${page}.md has no title: a line that begins with "# ".`);
  return title.replaceAll("`", "");
}

/** Every page of docs/ stands in one place of the sidebar, and there is every page that stands there. */
function checkPlaces(): void {
  const placed = groups.flatMap(({ pages }) => pages);
  const there = pagesThere();
  const forgotten = there.filter((page) => !placed.includes(page) && !elsewhere.includes(page));
  const missing = placed.filter((page) => !there.includes(page));
  if (forgotten.length > 0) throw new Error(`docs/site/sidebar.ts gives no place to: ${forgotten.join(", ")}.`);
  if (missing.length > 0) throw new Error(`docs/site/sidebar.ts names what is not there: ${missing.join(", ")}.`);
}

/** The README of the folder of examples, then that of each. */
function examplePages(): string[] {
  const folders = readdirSync(join(docs, examples), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return ["", ...folders.map(({ name }) => name).sort()]
    .map((folder) => join(examples, folder, "README"))
    .filter((page) => existsSync(join(docs, `${page}.md`)));
}

function pagesThere(): string[] {
  return ["", "guides", "reference"].flatMap((folder) => pagesIn(folder));
}

function pagesIn(folder: string): string[] {
  return readdirSync(join(docs, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name.slice(0, -".md".length)));
}

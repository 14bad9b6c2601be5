import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repository } from "../../test/support/repository.js";
import { browserPath, isBrowserOptional, missingBrowser, openBrowser } from "./chromium.js";
import { faintText, linksAndAnchors, putInto, wideElements } from "./in-page.js";
import { openPage } from "./open-page.js";
import { fileAt, pagesOfSite, serveSite, type ServedSite } from "./site.js";

const repositoryUrl = "https://github.com/moldau/moldau/";
const phone = { width: 375, height: 740 };

interface Visit {
  readonly path: string;
  readonly links: readonly string[];
  readonly anchors: readonly string[];
  readonly light: Look;
  readonly dark: Look;
  /** What the console showed as an error, and what did not come. */
  readonly complaints: readonly string[];
}

/** What there is to complain of in one theme. */
interface Look {
  readonly wide: readonly string[];
  readonly faint: readonly string[];
}

const isSkipped = browserPath === undefined && isBrowserOptional;
if (isSkipped) process.stderr.write(`moldau: ${missingBrowser} The pages are not opened.\n`);

describe.skipIf(isSkipped)("every page of the site, on a phone", () => {
  let site: ServedSite;
  let browser: Browser;
  const visits: Visit[] = [];

  beforeAll(async () => {
    site = await serveSite();
    browser = await openBrowser();
    const paths = pagesOfSite();
    const context = await browser.newContext({ viewport: phone, baseURL: site.origin });
    // Every page is opened anyway: none has to be fetched ahead because another one links to it.
    await context.addInitScript(() => Object.defineProperty(navigator, "connection", { value: { saveData: true } }));
    // Each tab takes the next page when it is done with the one before.
    await Promise.all(
      Array.from({ length: 3 }, async () => {
        const page = await context.newPage();
        for (let path = paths.shift(); path !== undefined; path = paths.shift()) visits.push(await visit(page, path));
      }),
    );
  }, 600_000);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    const links = visits.reduce((sum, visited) => sum + visited.links.length, 0);
    process.stderr.write(`moldau: opened ${visits.length} pages, followed ${links} links\n`);
  });

  test("is there: the home page, the guides, the reference", () => {
    const paths = visits.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(["/index.html", "/getting-started.html", "/reference/moldau/ProducerOptions.html"]),
    );
    expect(paths.length).toBeGreaterThan(300);
  });

  test("opens without an error in the console and without a request that fails", () => {
    expect(visits.flatMap(({ path, complaints }) => complaints.map((complaint) => `${path}: ${complaint}`))).toEqual(
      [],
    );
  });

  test("leads nowhere where there is nothing: pages, anchors, files of the repository", () => {
    const anchors = new Map(visits.map((visited) => [visited.path, new Set(visited.anchors)]));
    // The same links stand at the side of hundreds of pages: each is followed once, and told of where it was first seen.
    const seenAt = new Map(visits.flatMap(({ path, links }) => links.map((link) => [link, path] as const)).reverse());
    const broken = [...seenAt].flatMap(([link, path]) => {
      const fault = faultOf(link, { origin: site.origin, anchors });
      return fault === undefined ? [] : [`${path} → ${link}: ${fault}`];
    });
    expect(broken).toEqual([]);
  });

  test("is no wider than the phone, in light and in dark", () => {
    expect(
      visits.flatMap(({ path, light, dark }) => [...light.wide, ...dark.wide].map((what) => `${path}: ${what}`)),
    ).toEqual([]);
  });

  test.each(["light", "dark"] as const)("has no text that is hard to read, in %s", (theme) => {
    expect(visits.flatMap((visit) => visit[theme].faint.map((what) => `${visit.path}: ${what}`)).slice(0, 40)).toEqual(
      [],
    );
  });
});

async function visit(page: Page, path: string): Promise<Visit> {
  const complaints: string[] = [];
  const onConsole = (message: { type(): string; text(): string }) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  };
  const onError = (error: Error) => complaints.push(error.message);
  // What a page fetches for the next one is given up when the tab goes on to another.
  const onFailure = (request: { url(): string; failure(): { errorText: string } | null }) => {
    const reason = request.failure()?.errorText;
    if (reason !== "net::ERR_ABORTED") complaints.push(`${request.url()}: ${reason}`);
  };
  const onResponse = (response: { status(): number; url(): string }) => {
    if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`);
  };
  page.on("console", onConsole).on("pageerror", onError).on("requestfailed", onFailure).on("response", onResponse);
  await openPage(page, path);
  const links = await page.evaluate(linksAndAnchors);
  const light = await look(page, "light");
  const dark = await look(page, "dark");
  page.off("console", onConsole).off("pageerror", onError).off("requestfailed", onFailure).off("response", onResponse);
  return { path, ...links, light, dark, complaints };
}

async function look(page: Page, theme: "light" | "dark"): Promise<Look> {
  await page.evaluate(putInto, theme);
  return { wide: await page.evaluate(wideElements), faint: await page.evaluate(faintText) };
}

/** What is wrong with a link, if anything is. */
function faultOf(
  link: string,
  { origin, anchors }: { readonly origin: string; readonly anchors: ReadonlyMap<string, ReadonlySet<string>> },
): string | undefined {
  const url = new URL(link);
  if (link.startsWith(repositoryUrl)) return faultInRepository(url);
  if (url.origin !== origin) return url.protocol === "https:" ? undefined : "only https leads out of the site";
  const path = url.pathname.endsWith("/") ? `${url.pathname}index.html` : url.pathname;
  if (fileAt(path) === undefined) return "there is no such page";
  const anchor = decodeURIComponent(url.hash.slice(1));
  return anchor === "" || anchors.get(path)?.has(anchor) === true ? undefined : "there is no such anchor";
}

/** The files of the repository are here to be looked at: as they are shown, as they are edited, to the line. */
function faultInRepository({ pathname, hash }: URL): string | undefined {
  const file = /^\/moldau\/moldau\/(?:blob|tree|edit)\/main\/(?<file>.*)$/.exec(pathname)?.groups?.["file"];
  if (file === undefined) return undefined;
  const path = join(repository, decodeURIComponent(file));
  if (!existsSync(path)) return "there is no such file in the repository";
  const line = /^#L(?<line>\d+)$/.exec(hash)?.groups?.["line"];
  if (line === undefined) return undefined;
  return readFileSync(path, "utf8").split("\n").length >= Number(line) ? undefined : "the file has no such line";
}

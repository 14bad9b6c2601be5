import type { Page, Response } from "playwright-core";

/** Opens a page of the site, and waits until Vue has taken it over: only then it listens, and has complained if it ever will. */
export async function openPage(page: Page, path: string): Promise<Response | null> {
  const response = await page.goto(path, { waitUntil: "load" });
  await page.waitForFunction(() => "__vue_app__" in (document.querySelector("#app") ?? {}));
  return response;
}

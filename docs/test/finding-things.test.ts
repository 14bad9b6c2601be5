import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { browserPath, isBrowserOptional, openBrowser } from "./chromium.js";
import { openPage } from "./open-page.js";
import { serveSite, type ServedSite } from "./site.js";

describe.skipIf(browserPath === undefined && isBrowserOptional)("the site", () => {
  let site: ServedSite;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    site = await serveSite();
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  beforeEach(async () => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      baseURL: site.origin,
      colorScheme: "light",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
  });

  afterEach(async () => {
    await page.context().close();
  });

  test("finds an option by a part of its name, with the keyboard alone", async () => {
    await openPage(page, "/");
    await page.keyboard.press("Control+k");
    // The box comes with the index, and what is typed before it has the focus is typed nowhere.
    await page.locator("#localsearch-input:focus").waitFor();
    await page.keyboard.type("linger");
    const results = page.locator(".VPLocalSearchBox .result");
    await results.first().waitFor();
    const found = await results.evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
    expect(found.some((href) => href.includes("/reference/moldau/ProducerOptions.html#lingerMs"))).toBe(true);
    const chosen = await page.locator(".VPLocalSearchBox .result.selected").getAttribute("href");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site.origin}${chosen ?? "/nothing-is-chosen"}`);
  });

  test("goes dark at a switch, and stays so on the next page", async () => {
    await openPage(page, "/getting-started.html");
    const isDark = () => page.evaluate(() => document.documentElement.classList.contains("dark"));
    expect(await isDark()).toBe(false);
    await page.locator(".VPSwitchAppearance").first().click();
    await expect.poll(isDark).toBe(true);
    await openPage(page, "/design.html");
    expect(await isDark()).toBe(true);
  });

  test("is dark by itself where the system is", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await openPage(page, "/");
    expect(await page.evaluate(() => document.documentElement.classList.contains("dark"))).toBe(true);
  });

  test("copies a program at a button", async () => {
    await openPage(page, "/getting-started.html");
    const block = page.locator(".vp-doc div[class*=language-js]").first();
    await block.hover();
    await block.locator("button.copy").click();
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(copied).toContain('from "moldau"');
    expect(await copied()).toBe((await block.locator("pre code").innerText()).replaceAll("\r", ""));
  });

  test("says that a page is not there, and leads home", async () => {
    const response = await openPage(page, "/guides/nothing-of-the-kind.html");
    expect(response?.status()).toBe(404);
    await page.getByText("404").first().waitFor();
    await page.getByRole("link", { name: /home/i }).first().click();
    await page.waitForURL(`${site.origin}/`);
  });

  test("has a menu that opens on a phone without a mouse", async () => {
    await page.setViewportSize({ width: 375, height: 740 });
    await openPage(page, "/getting-started.html");
    await tabTo(page, "VPNavBarHamburger");
    await page.keyboard.press("Enter");
    await page.locator(".VPNavScreen").waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".VPNavScreen").waitFor({ state: "hidden" });
    await tabTo(page, "menu");
    await page.keyboard.press("Enter");
    await page.locator(".VPSidebar.open").waitFor();
  });

  test("has every page of the reference of the client in its navigation", async () => {
    await openPage(page, "/reference/moldau/ProducerOptions.html");
    const links = await page
      .locator(".VPSidebar a")
      .evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
    expect(links).toEqual(
      expect.arrayContaining(["/reference/moldau/Kafka.html", "/reference/moldau/ProducerOptions.html"]),
    );
  });
});

/** Presses Tab until something of this class has the focus. */
async function tabTo(page: Page, wanted: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((name) => document.activeElement?.classList.contains(name) === true, wanted)) return;
  }
  throw new Error(`Forty presses of the Tab key did not reach .${wanted}.`);
}

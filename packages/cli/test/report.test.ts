import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { expect, it } from "vitest";
import { needs } from "../../../test/needs.js";
import { meanfield, temporaryFolder } from "./command.js";
import { threeLevels } from "./documents.js";

const browser = needs("chromium");
const folder = temporaryFolder();
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const offline = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

browser.suite("report.html in a browser", () => {
  it("opens offline from disk: model, verdicts and figures are there, nothing is fetched, nothing complains", async () => {
    writeFileSync(join(folder, "three.json"), JSON.stringify(threeLevels));
    expect((await meanfield(["run", "three.json", "--out", "run", "--quiet"], folder)).code).toBe(0);
    const started = await chromium.launch({ executablePath: browser.command(), args: [...quiet, ...offline] });
    try {
      const context = await started.newContext({ offline: true });
      const page = await context.newPage();
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("requestfailed", (request) => complaints.push(`failed: ${request.url().slice(0, 80)}`));
      page.on("request", (request) => requests.push(request.url().slice(0, 80)));
      const url = pathToFileURL(join(folder, "run/report.html")).href;
      await page.goto(url, { waitUntil: "load" });
      const fonts = await page.evaluate(async () => {
        await document.fonts.ready;
        const loaded: string[] = [];
        document.fonts.forEach((font) => {
          if (font.status === "loaded") loaded.push(font.family.replaceAll('"', ""));
        });
        return loaded;
      });
      expect(complaints).toEqual([]);
      expect(requests.filter((one) => one !== url && !one.startsWith("data:"))).toEqual([]);
      expect(fonts).toContain("KaTeX_Math");
      expect(await page.locator(".katex").count()).toBeGreaterThan(0);
      expect(await page.locator(".katex-error").count()).toBe(0);
      expect(await page.title()).toContain("three levels");
      const tables = (await page.locator("table").allInnerTexts()).join("\n");
      expect(tables).toMatch(/blow-up/);
      expect(tables).toMatch(/bures-wasserstein|Bures–Wasserstein/i);
      const figures = page.locator("svg");
      expect(await figures.count()).toBeGreaterThan(1);
      const box = await figures.first().boundingBox();
      expect(box!.width > 100 && box!.height > 100).toBe(true);
    } finally {
      await started.close();
    }
  });
});

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { needs } from "../../../test/needs.js";
import { openWasm } from "../src/wasm/index.js";
import { computeAll } from "./wasm-in-browser.js";

const browser = needs("chromium");
const packages = join(import.meta.dirname, "../..");
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const offline = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** A worker of the page that answers with what it computed. */
const workerScript = `
import { openWasm } from "/kernels/dist/wasm/index.js";
import { computeAll } from "/kernels/test/wasm-in-browser.js";
self.onmessage = async ({ data }) => self.postMessage(await computeAll(openWasm, data));
self.postMessage("ready");`;

/** The built packages as a site; imports between packages by paths, as a bundler would write them. */
function answer(path: string): { readonly type: string; readonly body: string } {
  if (path === "/") return { type: "text/html", body: "<!doctype html><title>kernels</title>" };
  if (path === "/worker.js") return { type: "text/javascript", body: workerScript };
  const source = readFileSync(join(packages, path), "utf8");
  const body = source.replaceAll(/"@meanfield\/core\/([^"]+)"/g, '"/core/dist/$1/index.js"');
  return { type: "text/javascript", body };
}

const isolated = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
/** A policy that many sites have, and that forbids WebAssembly. */
const strict = { "Content-Security-Policy": "script-src 'self'" };

function serve(headers: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer((request, response) => {
    try {
      const { type, body } = answer(request.url!);
      response.writeHead(200, { "Content-Type": type, ...headers }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

type Answer = Awaited<ReturnType<typeof computeAll>>;

browser.suite("the WebAssembly backend in a browser", () => {
  let started: Browser;
  let wanted: Answer;
  const servers: Server[] = [];
  beforeAll(async () => {
    started = await chromium.launch({ executablePath: browser.command(), args: [...quiet, ...offline] });
    wanted = await computeAll(openWasm, 1);
    servers.push(await serve(isolated), await serve({}), await serve(strict));
  });
  afterAll(async () => {
    await started?.close();
    for (const server of servers) server.close();
  });

  /** Computes in the page's own thread, or in a worker of it. */
  async function compute(server: Server, where: "page" | "worker"): Promise<Answer> {
    const page = await started.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const inPage = `Promise.all([import("/kernels/dist/wasm/index.js"), import("/kernels/test/wasm-in-browser.js")])
      .then(([{ openWasm }, { computeAll }]) => computeAll(openWasm, 2))`;
    const inWorker = `new Promise((resolve, reject) => {
      const worker = new Worker("/worker.js", { type: "module" });
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = ({ data }) => (data === "ready" ? worker.postMessage(2) : resolve(data));
    })`;
    const result = await page.evaluate(where === "page" ? inPage : inWorker);
    await page.close();
    return result as Answer;
  }

  it("gives Node's bits in a page, on one thread, and says why", async () => {
    const { results, notices } = await compute(servers[0]!, "page");
    expect(results).toEqual(wanted.results);
    for (const one of notices) {
      expect(one).toEqual({ variant: "relaxed", threads: 1, notices: [expect.stringMatching(/worker of the page/)] });
    }
  });

  it("gives Node's bits in a worker, on two threads", async () => {
    const { results, notices } = await compute(servers[0]!, "worker");
    expect(results).toEqual(wanted.results);
    for (const one of notices) expect(one).toEqual({ variant: "relaxed", threads: 2, notices: [] });
  });

  it("gives Node's bits where the page is not cross-origin isolated, on one thread", async () => {
    const { results, notices } = await compute(servers[1]!, "worker");
    expect(results).toEqual(wanted.results);
    for (const { threads, notices: said } of notices) {
      expect([threads, said]).toEqual([1, [expect.stringMatching(/cross-origin isolated/)]]);
    }
  });

  it("refuses where the page's policy forbids it, and says what to allow", async () => {
    await expect(compute(servers[2]!, "page")).rejects.toThrow(/openWasm: .*compile.*wasm-unsafe-eval/s);
  });
});

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, sep } from "node:path";
import { repository } from "../../test/support/repository.js";

/** Where `npm run docs` puts the site. */
export const dist: string = join(repository, "docs/.vitepress/dist");

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** The built site, served as any plain host of files would. */
export interface ServedSite {
  /** Like "http://127.0.0.1:40000". */
  readonly origin: string;
  close(): Promise<void>;
}

/** The addresses of all pages, like "/guides/producing.html", without the one for what is not there. */
export function pagesOfSite(): string[] {
  if (!existsSync(dist)) throw new Error("There is no site yet: it is built by npm run docs.");
  return readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".html") && file !== "404.html")
    .map((file) => `/${file.split(sep).join("/")}`)
    .sort();
}

/** The file that an address of the site stands for, if there is one. */
export function fileAt(pathname: string): string | undefined {
  const path = join(dist, decodeURIComponent(pathname));
  const candidates = pathname.endsWith("/") ? [join(path, "index.html")] : [path];
  return candidates.find((file) => file.startsWith(dist) && existsSync(file) && statSync(file).isFile());
}

/** Serves the site at a free port of this machine. */
export async function serveSite(): Promise<ServedSite> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const file = fileAt(pathname);
    const body = readFileSync(file ?? join(dist, "404.html"));
    const headers = {
      "content-type": types[extname(file ?? "404.html")] ?? "application/octet-stream",
      "cache-control": "max-age=600",
    };
    response.writeHead(file === undefined ? 404 : 200, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server of the site has no port.");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

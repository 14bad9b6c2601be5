import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (folder: string): string => fileURLToPath(new URL(`./packages/${folder}/src`, import.meta.url));

const folders = ["protocol-codec", "connection-pool", "producer", "consumer", "admin", "reference-broker"];

export default defineConfig({
  resolve: {
    alias: [
      ...folders.flatMap((folder) => [
        { find: new RegExp(`^@moldau/${folder}/internal$`), replacement: `${source(folder)}/internal.ts` },
        { find: new RegExp(`^@moldau/${folder}$`), replacement: `${source(folder)}/index.ts` },
      ]),
      { find: /^moldau$/, replacement: `${source("client")}/index.ts` },
    ],
  },
  test: { include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"], testTimeout: 20_000 },
});

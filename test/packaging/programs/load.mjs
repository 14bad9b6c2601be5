// Loads every entry given on the command line by `import` and by `require`, and compares what they export.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
for (const name of process.argv.slice(2)) {
  const imported = Object.keys(await import(name)).sort();
  const required = Object.keys(require(name)).sort();
  if (imported.length === 0) throw new Error(`${name} exports nothing`);
  if (imported.join() !== required.join()) {
    throw new Error(`${name} exports ${imported} to import, and ${required} to require`);
  }
  console.log(`${name} ${imported.length}`);
}

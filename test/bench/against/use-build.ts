// Loaded before a program of the benchmark: our packages come from the build in BENCH_BUILD instead of from here.

import { register } from "node:module";

register("./resolve-build.js", { parentURL: import.meta.url, data: process.env["BENCH_BUILD"] });

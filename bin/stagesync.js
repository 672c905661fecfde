#!/usr/bin/env node
// Starts the command line: from source in a checkout, from the build in an installed package.
import { existsSync } from 'node:fs';
import module from 'node:module';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `stagesync needs Node.js 24 or newer; this is ${process.version}. In a checkout, "npm ci" brings one and "npx stagesync" runs on it.\n`,
  );
  process.exit(2);
}
module.enableCompileCache?.();
const source = new URL('../src/cli/main.ts', import.meta.url);
const entry = existsSync(source) ? source : new URL('../dist/cli/main.js', import.meta.url);
const { main } = await import(entry.href);
process.exitCode = await main(process.argv.slice(2));

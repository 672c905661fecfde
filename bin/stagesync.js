#!/usr/bin/env node
// Starts the command line: from source in a checkout, from the build in an installed package. An old Node has to be able to read this
// file: it imports nothing before the version is known.
const version = process.versions.node;

if (Number(version.split('.')[0]) < 24) {
  const wayOut = /[\\/]node_modules[\\/]/.test(import.meta.url)
    ? 'Install one from https://nodejs.org, or with a version manager ("nvm install 24"), and then stagesync again.'
    : 'In a clone, "npm ci" brings one, and "npx stagesync" runs on it.';
  process.stderr.write(`stagesync needs Node.js 24 or newer, and this is ${version}. ${wayOut}\n`);
  process.exitCode = 2;
} else {
  void start();
}

async function start() {
  const { existsSync } = process.getBuiltinModule('node:fs');
  process.getBuiltinModule('node:module').enableCompileCache();
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const entry = existsSync(source) ? source : new URL('../dist/cli/main.js', import.meta.url);
  const { main } = await import(entry.href);
  process.exitCode = await main(process.argv.slice(2));
}

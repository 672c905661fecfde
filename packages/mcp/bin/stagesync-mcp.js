#!/usr/bin/env node
// Starts the server: from source in a checkout, from the build in an installed package.
import { existsSync } from 'node:fs';

const source = new URL('../src/main.ts', import.meta.url);
const entry = existsSync(source) ? source : new URL('../dist/main.js', import.meta.url);
const { main } = await import(entry.href);
process.exitCode = await main(process.argv.slice(2));

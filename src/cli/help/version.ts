import { readFileSync } from 'node:fs';

/** The version in package.json, which lies at the same place relative to src/cli/help and dist/cli/help. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

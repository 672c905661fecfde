import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

test('docs/start/environment.md has every variable that is read', () => {
  const sources = globSync('src/{jobs,jobs-file,cli/process}/**/*.ts', { cwd: ROOT }).map(read).join('\n');
  const named = sources.matchAll(/'((?:SINGLESTOREDB|STAGESYNC|XDG|AWS|NO|FORCE)_[A-Z_0-9]+)'/g);
  const variables = new Set(Array.from(named, ([, name = '']) => name));
  expect(variables.size).toBeGreaterThan(18);
  const page = read('docs/start/environment.md');
  expect([...variables].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

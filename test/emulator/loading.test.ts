import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** All modules and packages that are loaded with a file: types and `import()` are not. */
function loadedWith(entry: string): ReadonlySet<string> {
  const loaded = new Set([join(ROOT, entry)]);
  const packages = new Set<string>();
  for (const file of loaded)
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export) (?!type )[^'";]*?from '([^']+)';/gm,
    )) {
      if (specifier.startsWith('.')) loaded.add(join(dirname(file), specifier));
      else packages.add(specifier);
    }
  return new Set([...Array.from(loaded, (file) => relative(ROOT, file)), ...packages]);
}

test('a sync with the embedded Stage loads neither the management plane nor what its bodies are read with', () => {
  const loaded = loadedWith('src/emulator/emulator.ts');
  expect(loaded).toContain('src/emulator/stage/stage-routes.ts');
  expect(loaded).toContain('fastify');
  expect([...loaded].filter((each) => /management\/areas|management-plane|data-api|zod/.test(each))).toEqual(
    [],
  );
  expect(loadedWith('src/emulator/management/management-plane.ts')).toContain('zod');
});

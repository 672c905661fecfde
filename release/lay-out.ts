import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleModules, bundleTypes } from './bundle.ts';
import { licencesOf } from './licences.ts';
import { LICENCES, packageManifest } from './manifest.ts';

/**
 * Lays out what is published: the bundle in dist/, and beside it what package.json names in `files`.
 *
 * @param checkout with the compiled modules in `modules`
 * @param folder is made anew
 */
export async function layOutPackage(
  checkout: string,
  modules: string,
  folder: string,
  { types = true }: { readonly types?: boolean } = {},
): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const dist = join(folder, 'dist');
  const inside = await bundleModules(modules, dist);
  if (types) await bundleTypes(modules, dist);
  const manifest = packageManifest(
    JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as never,
    inside,
  );
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(folder, LICENCES), `${licencesOf(inside)}\n`);
  for (const name of ['README.md', 'LICENSE', ...(manifest.files ?? [])])
    if (name !== 'dist' && name !== LICENCES)
      cpSync(join(checkout, name), join(folder, name), { recursive: true });
  const page = join(modules, 'page');
  if (existsSync(page)) cpSync(page, join(dist, 'page'), { recursive: true });
}

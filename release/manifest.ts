import { basename } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly files?: readonly string[];
  readonly [key: string]: unknown;
}

/** Of use in a checkout alone. Packages that are inside are no dependencies of those who install. */
const OF_A_CHECKOUT = ['private', 'scripts', 'allowScripts', 'dependencies', 'devDependencies'];

/**
 * The package.json of the package, made of the checkout's. Throws where a dependency is not inside: nobody would get it.
 *
 * @param inside the folders of the packages that are inside
 */
export function packageManifest(checkout: Manifest, inside: Iterable<string>): Manifest {
  const names = new Set(Array.from(inside, (folder) => nameOf(folder)));
  const wanted = Object.keys(checkout['dependencies'] ?? {});
  const missing = wanted.filter((name) => !names.has(name));
  if (missing.length > 0)
    throw new Error(`dependencies that no module uses: ${missing.join(', ')}; take them out of package.json`);
  const kept = Object.entries(checkout).filter(([key]) => !OF_A_CHECKOUT.includes(key));
  return {
    ...(Object.fromEntries(kept) as unknown as Manifest),
    files: [...(checkout.files ?? []), LICENCES],
  };
}

/** Where the licences of what is inside are told. */
export const LICENCES = 'THIRD-PARTY-LICENSES.md';

function nameOf(folder: string): string {
  const [scope, name] = folder.split('/').slice(-2);
  return scope?.startsWith('@') === true ? `${scope}/${name}` : basename(folder);
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface PageFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  /** Whether its name changes with its content. */
  readonly lasting: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** In an installed package this module lies in dist/daemon/http, in a checkout in src/daemon/http. */
const PLACES = ['../../page/', '../../../dist/page/'];

/**
 * The files of the built page by their path in a URL, some 100 kB, in memory. No other file is ever served. In a checkout where
 * the page was not built, its place says so.
 */
export function builtPage(
  folders: readonly URL[] = PLACES.map((place) => new URL(place, import.meta.url)),
): ReadonlyMap<string, PageFile> {
  for (const folder of folders) {
    const files = filesIn(folder);
    const index = files.get('/index.html');
    if (index !== undefined) return files.set('/', index);
  }
  return new Map([['/', NOT_BUILT]]);
}

const pageFile = (type: string, plain: Buffer, { lasting }: { readonly lasting: boolean }): PageFile => ({
  type,
  plain,
  gzip: gzipSync(plain, { level: 9 }),
  lasting,
});

const NOT_BUILT = pageFile(
  'text/plain; charset=utf-8',
  Buffer.from('The page is not built in this checkout: run "npm run build", then start the daemon anew.\n'),
  { lasting: false },
);

function filesIn(folder: URL): Map<string, PageFile> {
  const files = new Map<string, PageFile>();
  if (!existsSync(folder)) return files;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const path = name.replaceAll('\\', '/');
    const plain = readFileSync(new URL(path, folder));
    // the name of an asset changes with its content
    files.set(`/${path}`, pageFile(type, plain, { lasting: path.startsWith('assets/') }));
  }
  return files;
}

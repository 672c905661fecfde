import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pageFiles } from '../../program/program-files.ts';

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

/**
 * The files of the built page by their path in a URL, some 100 kB, in memory. No other file is ever served. In a checkout where
 * the page was not built, its place says so.
 *
 * @param built its files, by their names in its folder
 */
export function builtPage(built: ReadonlyMap<string, Buffer> = pageFiles()): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const [name, plain] of built) {
    const type = TYPES[extname(name)];
    // the name of an asset changes with its content
    if (type !== undefined)
      files.set(`/${name}`, pageFile(type, plain, { lasting: name.startsWith('assets/') }));
  }
  const index = files.get('/index.html');
  return index === undefined ? new Map([['/', NOT_BUILT]]) : files.set('/', index);
}

const pageFile = (type: string, plain: Buffer, { lasting }: { readonly lasting: boolean }): PageFile => ({
  type,
  plain,
  gzip: gzipSync(plain, { level: 9 }),
  lasting,
});

const NOT_BUILT = pageFile(
  'text/plain; charset=utf-8',
  Buffer.from(
    'The page is not built in this checkout. One command builds it, in a few seconds:\n\n  npm run build:page\n\nThen start the daemon anew. All else works without it: jobs, /healthz, /readyz, /metrics, and /api for who is signed in.\n',
  ),
  { lasting: false },
);

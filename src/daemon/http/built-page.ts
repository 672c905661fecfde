import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { messageOf } from '../../model/errors.ts';
import { configError } from '../../jobs/usage-errors.ts';

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
 * The files of the built page by their path in a URL, some 100 kB, in memory. No other file is ever served. Rejects with
 * `config` in a checkout where the page was not built.
 */
export function builtPage(folders: readonly URL[] = PLACES.map((place) => new URL(place, import.meta.url))) {
  let problem: unknown;
  for (const folder of folders) {
    const files = new Map<string, PageFile>();
    try {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const type = TYPES[extname(name)];
        if (type === undefined) continue;
        const path = name.replaceAll('\\', '/');
        const plain = readFileSync(new URL(path, folder));
        const lasting = path.startsWith('assets/');
        files.set(`/${path}`, { type, plain, gzip: gzipSync(plain, { level: 9 }), lasting });
      }
    } catch (error) {
      problem = error;
      continue;
    }
    const index = files.get('/index.html');
    if (index !== undefined) return files.set('/', index);
  }
  throw configError(
    `the page for --http is not built${problem === undefined ? '' : ` (${messageOf(problem)})`}: run "npm run build", or leave --http out`,
    problem,
  );
}

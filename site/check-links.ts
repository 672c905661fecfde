// npm run check: every link of the built site leads to a page or a file that is there, and no page asks another host for anything.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SITE = join(import.meta.dirname, '../build/site');

/** What a page links to, and what it loads. */
const links = (html: string): string[] =>
  Array.from(
    html.matchAll(/<(?:a|link|script|img)\b[^>]*?\s(?:href|src)="([^"]*)"/g),
    ([, target = '']) => target,
  );

function isThere(page: string, target: string): boolean {
  const [path = ''] = decodeURI(target).split(/[#?]/);
  if (path === '') return true;
  const file = path.startsWith('/') ? join(SITE, path) : join(SITE, dirname(page), path);
  if (existsSync(file)) return statSync(file).isFile() || existsSync(join(file, 'index.html'));
  return existsSync(`${file}.html`);
}

/** Loads something from elsewhere, where a link only names it. */
const asksElsewhere = (html: string): string[] =>
  Array.from(
    html.matchAll(/<(?:link|script|img)\b[^>]*?\s(?:href|src)="(https?:[^"]*)"/g),
    ([, target = '']) => target,
  );

const pages = globSync('**/*.html', { cwd: SITE });
const faults = pages.flatMap((page) => {
  const html = readFileSync(join(SITE, page), 'utf8');
  const dead = links(html).filter((target) => !/^[a-z]+:/i.test(target) && !isThere(page, target));
  return [
    ...dead.map((each) => `${page}: ${each} is not there`),
    ...asksElsewhere(html).map((each) => `${page}: loads ${each}`),
  ];
});
if (pages.length < 50) faults.push(`only ${pages.length} pages were built`);
for (const fault of new Set(faults)) process.stderr.write(`${fault}\n`);
process.stdout.write(`${pages.length} pages, ${faults.length} faults\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

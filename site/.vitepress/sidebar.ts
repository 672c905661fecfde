import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DefaultTheme } from 'vitepress';

type Item = DefaultTheme.SidebarItem;

/** The order in which a reader needs the pages. Folders bring all their pages. A page that stands nowhere fails the build. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['Start', ['README.md', 'docs/start/*.md']],
  ['Sync', ['docs/commands.md', 'docs/watch.md', 'docs/pull.md', 'docs/files/*.md', 'docs/s3.md']],
  ['Jobs', ['docs/pipelines/*.md', 'docs/job.md', 'deploy/README.md']],
  ['To the table', ['docs/load/*.md']],
  ['Management', ['docs/management.md', 'docs/management/*.md', 'docs/emulator.md']],
  [
    'Reference',
    [
      'docs/events.md',
      'docs/exit-status.md',
      'docs/faults.md',
      'docs/api.md',
      'docs/glossary.md',
      'CHANGELOG.md',
    ],
  ],
  ['Library', ['packages/mcp/README.md']],
  [
    'How it works',
    [
      'docs/promises.md',
      'docs/performance.md',
      'docs/scale.md',
      'bench/results.md',
      'docs/architecture.md',
      'CONTRIBUTING.md',
    ],
  ],
  ['Decisions', ['docs/decisions/README.md', 'docs/decisions/*/*.md']],
];

/** The pages of `root` in groups. Throws where one is missing or stands nowhere. */
export function sidebar(root: string): Item[] {
  const placed = new Set<string>();
  const groups = GROUPS.map(([text, patterns]) => {
    const pages = patterns.flatMap((pattern) => pagesOf(root, pattern)).filter((page) => !placed.has(page));
    for (const page of pages) placed.add(page);
    return { text, collapsed: text === 'Decisions', items: pages.map((page) => itemOf(root, page)) };
  });
  const lost = globSync('docs/**/*.md', { cwd: root }).filter((page) => !placed.has(page));
  if (lost.length > 0)
    throw new Error(`pages that stand nowhere in site/.vitepress/sidebar.ts: ${lost.join(', ')}`);
  return groups.map((group) =>
    group.text === 'Library'
      ? { ...group, items: [{ text: 'All names', link: '/api/README' }, ...group.items] }
      : group,
  );
}

function pagesOf(root: string, pattern: string): string[] {
  const pages = globSync(pattern, { cwd: root }).toSorted();
  if (pages.length === 0) throw new Error(`site/.vitepress/sidebar.ts: there is no page ${pattern}`);
  return pages;
}

/** A page is called as it calls itself. */
function itemOf(root: string, page: string): Item {
  const heading = /^# (.+)$/m.exec(readFileSync(join(root, page), 'utf8'))?.[1];
  const text = page === 'README.md' ? 'stagesync' : (heading ?? basename(page, '.md'));
  return {
    text: text.replaceAll('`', ''),
    link: page === 'README.md' ? '/' : `/${page.replace(/\.md$/, '')}`,
  };
}

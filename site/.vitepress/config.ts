import { cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vitepress';
import { sidebar } from './sidebar.ts';

const SITE = join(import.meta.dirname, '..');
const ROOT = join(SITE, '..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
};

/** That of the page of the daemon. */
const ICON = readFileSync(join(ROOT, 'page/public/favicon.svg')).toString('base64');

/** Files that pages link to and that are no pages. */
const LINKED = ['schema', 'examples', 'deploy', 'docs/pipelines/pictures'];

/** Pages are compiled to modules that import Vue, and lie outside this package, where nobody has installed it. */
const vueOfThisPackage = {
  name: 'vue-of-this-package',
  enforce: 'pre' as const,
  resolveId(id: string, _from: string | undefined, { ssr }: { readonly ssr?: boolean }) {
    if (!/^vue(?:\/server-renderer)?$/.test(id)) return undefined;
    return ssr === true
      ? { id, external: true }
      : join(SITE, 'node_modules/vue/dist/vue.runtime.esm-bundler.js');
  },
};

export default defineConfig({
  title: 'stagesync',
  description: 'Keep a SingleStore Stage folder equal to a local directory or an S3 bucket',
  // the pages of the repository as they are, so that a link is right in both
  srcDir: '..',
  srcExclude: ['node_modules', '**/node_modules/**', 'build/**', 'dist/**', '.changeset/**'],
  rewrites: { 'README.md': 'index.md', 'site/api/:page*': 'api/:page*' },
  outDir: join(ROOT, 'build/site'),
  cacheDir: join(ROOT, 'build/site-cache'),
  cleanUrls: false,
  lastUpdated: false,
  // no page asks another host for anything
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `data:image/svg+xml;base64,${ICON}` }],
    // a flag is not broken after its hyphens
    ['style', {}, 'code.short{white-space:nowrap}'],
  ],
  markdown: { html: false, config: asTheyAre },
  vite: { plugins: [vueOfThisPackage] },
  themeConfig: {
    nav: [{ text: version, link: '/CHANGELOG' }],
    sidebar: sidebar(ROOT),
    outline: [2, 3],
    search: {
      provider: 'local',
      // a page of the documents says more than the page of a name
      options: {
        miniSearch: {
          searchOptions: { boostDocument: (page: string) => (page.startsWith('/api/') ? 0.2 : 1) },
        },
      },
    },
  },
  buildEnd({ outDir }) {
    for (const folder of LINKED) cpSync(join(ROOT, folder), join(outDir, folder), { recursive: true });
  },
});

interface Renderer {
  readonly renderer: { readonly rules: Record<string, ((...args: never[]) => string) | undefined> };
}

interface Token {
  readonly content: string;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

/** Inline code of so many letters fits on a line of a telephone. */
const SHORT = 28;

function asTheyAre({ renderer: { rules } }: Renderer): void {
  const {
    text,
    code_inline: code,
    link_open: linkOpen,
  } = rules as unknown as Record<string, (...args: unknown[]) => string>;
  Object.assign(rules, {
    // pages are Markdown, not templates: two braces are two braces
    text: (...args: unknown[]) => text?.(...args).replaceAll('{{', '&#123;&#123;'),
    code_inline: (tokens: readonly Token[], at: number, ...others: readonly unknown[]) => {
      const token = tokens[at];
      if (token !== undefined && token.content.length <= SHORT) token.attrSet('class', 'short');
      return code?.(tokens, at, ...others);
    },
    // the first page of the repository is that of the site
    link_open: (
      tokens: readonly Token[],
      at: number,
      options: unknown,
      env: { readonly path: string },
      self: unknown,
    ) => {
      const [path = '', hash] = tokens[at]?.attrGet('href')?.split('#') ?? [];
      if (path !== '' && join(dirname(env.path), path) === join(ROOT, 'README.md'))
        tokens[at]?.attrSet('href', hash === undefined ? '/' : `/#${hash}`);
      return linkOpen?.(tokens, at, options, env, self);
    },
  });
}

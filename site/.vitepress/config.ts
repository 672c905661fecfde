import { cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vitepress';
import { sidebar } from './sidebar.ts';

const SITE = join(import.meta.dirname, '..');
const ROOT = join(SITE, '..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
};

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
  head: [],
  markdown: { html: false, config: asTheyAre },
  vite: { plugins: [vueOfThisPackage] },
  themeConfig: {
    nav: [{ text: version, link: '/CHANGELOG' }],
    sidebar: sidebar(ROOT),
    outline: [2, 3],
    search: { provider: 'local' },
  },
  buildEnd({ outDir }) {
    for (const folder of LINKED) cpSync(join(ROOT, folder), join(outDir, folder), { recursive: true });
  },
});

interface Renderer {
  readonly renderer: { readonly rules: Record<string, ((...args: never[]) => string) | undefined> };
}

interface Token {
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

function asTheyAre({ renderer: { rules } }: Renderer): void {
  const { text, link_open: linkOpen } = rules as unknown as Record<string, (...args: unknown[]) => string>;
  Object.assign(rules, {
    // pages are Markdown, not templates: two braces are two braces
    text: (...args: unknown[]) => text?.(...args).replaceAll('{{', '&#123;&#123;'),
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

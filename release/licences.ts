import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string | undefined;
}

/** Licences under which code may be passed on inside a package, with their texts. */
const KNOWN = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
]);

/**
 * The licences of all packages that are inside a bundle, with their texts, as Markdown. Throws where a package names none, or
 * one that is not known to allow it.
 *
 * @param folders of the packages
 */
export function licencesOf(folders: Iterable<string>): string {
  const packages = [...folders]
    .map(packageIn)
    .toSorted((a, b) => (a.name === b.name ? a.version.localeCompare(b.version) : a.name < b.name ? -1 : 1));
  const refused = packages.filter(({ licence }) => !KNOWN.has(licence));
  if (refused.length > 0)
    throw new Error(
      `not known to allow being passed on: ${refused.map(({ name, licence }) => `${name} (${licence})`).join(', ')}; look at the licence, then add it to release/licences.ts or take the package out`,
    );
  return [
    '# Licences of the packages inside',
    'stagesync is distributed with these packages inside. Each stands under its own licence.',
    ...[...Map.groupBy(packages, ({ licence, text }) => `${licence}\n${text ?? ''}`).values()].map(sectionOf),
  ].join('\n\n');
}

/** Packages with the very same licence and text: many come from one house. */
function sectionOf(packages: readonly Package[]): string {
  const names = packages.map(({ name, version }) => `- ${name} ${version}`).join('\n');
  const [{ licence, text } = { licence: '', text: undefined }] = packages;
  return `## ${licence}\n\n${names}${text === undefined ? '' : `\n\n\`\`\`text\n${text}\n\`\`\``}`;
}

function packageIn(folder: string): Package {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name?: string;
    readonly version?: string;
    readonly license?: unknown;
  };
  return {
    name: manifest.name ?? basename(folder),
    version: manifest.version ?? '',
    licence: typeof manifest.license === 'string' ? manifest.license : 'none named',
    text: textIn(folder),
  };
}

function textIn(folder: string): string | undefined {
  const name = readdirSync(folder).find((each) => /^(?:licen[cs]e|copying)/i.test(each));
  return name === undefined || !existsSync(join(folder, name))
    ? undefined
    : readFileSync(join(folder, name), 'utf8').trim();
}

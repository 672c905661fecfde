import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/start/library.md'), 'utf8');

/** The examples of the library page, and the lines that each says it prints. A first line may name the file of an example. */
export const LIBRARY_EXAMPLES = [...PAGE.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ''], at) => ({
  code,
  name: /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? `example-${at + 1}.ts`,
  prints: [...code.matchAll(/\/\/ prints (.*)$/gm)].map(([, text]) => text),
}));

/** The name of an example that is given to a runner of tests. */
export const isTest = (name: string): boolean => name.endsWith('.test.ts');

/**
 * Writes each example as a module of its own into a new folder.
 *
 * @param toModule where an example finds what it imports as 'stagesync' or 'stagesync/…'
 * @returns the files, in the order of the page
 */
export function writeLibraryExamples(folder: string, toModule: (name: string) => string): string[] {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  return LIBRARY_EXAMPLES.map(({ code, name }) => {
    const file = join(folder, name);
    writeFileSync(
      file,
      code.replaceAll(/(?<=from ')stagesync(?:\/[a-z]+)?(?=')/g, (name) => toModule(name)),
    );
    return file;
  });
}

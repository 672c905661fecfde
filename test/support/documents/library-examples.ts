import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/start/library.md'), 'utf8');

/** The examples of the library page, and the lines that each says it prints. */
export const LIBRARY_EXAMPLES = [...PAGE.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => ({
  code,
  prints: [...code.matchAll(/\/\/ prints (.*)$/gm)].map(([, text]) => text),
}));

/**
 * Writes each example as a module of its own into a new folder.
 *
 * @param toModule where an example finds what it imports as 'stagesync' or 'stagesync/emulator'
 * @returns the files, in the order of the page
 */
export function writeLibraryExamples(folder: string, toModule: (name: string) => string): string[] {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  return LIBRARY_EXAMPLES.map(({ code }, index) => {
    const file = join(folder, `example-${index + 1}.ts`);
    writeFileSync(
      file,
      code.replaceAll(/(?<=from ')stagesync(?:\/emulator)?(?=')/g, (name) => toModule(name)),
    );
    return file;
  });
}

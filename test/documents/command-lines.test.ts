import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentedLines, problemOfLine } from '../support/cli/documented-lines.ts';
import { wholeProgram } from '../support/cli/nouns.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The changelog tells of earlier releases too, and what their commands took. */
const PAGES = globSync(
  '{{README,CONTRIBUTING}.md,{docs,deploy,examples,release,packages/mcp,site,bench}/**/*.md}',
  {
    cwd: ROOT,
    exclude: ['**/node_modules/**'],
  },
).toSorted();

test.each(PAGES)('every command line of %s is one that the program takes', async (page) => {
  const lines = documentedLines(readFileSync(join(ROOT, page), 'utf8'));
  const program = await wholeProgram();
  const problems = lines.flatMap((line) => {
    const problem = problemOfLine(program, line);
    return problem === undefined ? [] : [`${line.text}: ${problem}`];
  });
  expect(problems).toEqual([]);
});

test('the pages are those that people read', () => {
  for (const page of ['README.md', 'docs/commands.md', 'docs/pipelines/daemon.md', 'packages/mcp/README.md'])
    expect(PAGES).toContain(page);
});

test('a line with a flag, a value, a command or an argument that is wrong is found', async () => {
  const wrong = [
    'stagesync sync a stage:///b --delte',
    'stagesync sync a stage:///b --max-wait soon',
    'stagesync sink a stage:///b',
    'stagesync trash lost stage:///b',
    'stagesync rm',
  ].map((line) => documentedLines(`\`\`\`sh\n${line} # so\n\`\`\`\n`));
  const program = await wholeProgram();
  expect(wrong.map((lines) => lines.map((line) => problemOfLine(program, line) !== undefined))).toEqual(
    wrong.map(() => [true]),
  );
});

test('the recipes have command lines for each of their places', () => {
  const lines = documentedLines(readFileSync(join(ROOT, 'docs/start/recipes.md'), 'utf8'));
  expect(lines.filter(({ isWhole }) => isWhole).length).toBeGreaterThan(12);
});

import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { cliSandbox } from '../../support/cli/cli.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PAGE = join(ROOT, 'docs/management.md');

/** A block of commands, with the block of their output where there is one. */
const EXAMPLE = /```sh\n([^`]*)```\n(?:\n```text\n([^`]*)```\n)?/g;

/** Run after run differs in these, and in how often a state was seen. */
const comparable = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/: .*\(\d+m? ?\d*s\)$/.test(line))
    .join('\n')
    .replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID')
    .replaceAll(/\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?/g, 'DATE')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
    .replaceAll(/svc-[\da-f]+/g, 'SERVICE')
    .replaceAll(/\/\S+\/(?=admin\.txt|credits\.html)/g, '')
    .replaceAll(/[█▏▎▍▌▋▊▉]+/g, 'BAR')
    .replaceAll(/ *\b[\d,]+\.\d+\b/g, ' N')
    .replaceAll(/ BAR \d+$/gm, ' BAR N')
    // which workspaces were used on a day depends on the day
    .replaceAll(/^.* N\n/gm, '')
    .trimEnd();

test('each example of the page prints what the page shows (UPDATE_PAGE=1 writes it)', async () => {
  await using cli = await cliSandbox();
  await cp(join(ROOT, 'examples'), join(cli.folder, 'examples'), { recursive: true });
  const text = await readFile(PAGE, 'utf8');
  const examples = [...text.matchAll(EXAMPLE)];
  expect(examples.length).toBeGreaterThan(10);
  let updated = text;
  for (const [whole, commands = '', shown] of examples) {
    const said = [];
    for (const command of commands.trim().split('\n'))
      said.push(await outputOf(command, cli.folder, cli.env));
    const output = said.filter((each) => each !== '').join('\n\n');
    if (process.env['UPDATE_PAGE'] === '1')
      updated = updated.replace(
        whole,
        () => `\`\`\`sh\n${commands}\`\`\`\n\n\`\`\`text\n${output}\n\`\`\`\n`,
      );
    else expect(comparable(output), commands).toBe(comparable(shown ?? ''));
  }
  if (process.env['UPDATE_PAGE'] === '1') await writeFile(PAGE, updated);
});

/** Both outputs in their order, as a terminal shows them. */
async function outputOf(
  command: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const [program, ...words] = command.split(' ');
  expect(program).toBe('stagesync');
  let said = '';
  const stream = (): PassThrough => new PassThrough().on('data', (part: Buffer) => (said += part.toString()));
  await main(words, {
    env: { ...env, LANG: 'C.UTF-8' },
    cwd,
    home: env['HOME'] ?? '/',
    pid: process.pid,
    versions: { node: process.versions.node, platform: 'test' },
    stdout: stream(),
    stderr: stream(),
    onSignal: () => () => undefined,
    onCrash: () => () => undefined,
    keepHeapSmall: () => undefined,
    collectBuffers: () => () => undefined,
    collectGarbage: () => undefined,
    exit: () => undefined,
  });
  return said.trimEnd().replaceAll(`${cwd}/`, '');
}

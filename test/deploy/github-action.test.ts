import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { parseDocument } from 'yaml';
import { z } from 'zod';

const FOLDER = fileURLToPath(new URL('../../deploy/github-action/', import.meta.url));
const BIN = fileURLToPath(new URL('../../bin/stagesync.js', import.meta.url));
const TEXT = readFileSync(join(FOLDER, 'action.yml'), 'utf8');

const variables = z.record(z.string(), z.string());
/** What GitHub's reference of the metadata of actions has for a composite action; a step runs a script, which names its shell, or another action. */
const step = z.union([
  z.strictObject({
    id: z.string().optional(),
    if: z.string().optional(),
    shell: z.literal('bash'),
    env: variables.optional(),
    run: z.string(),
  }),
  z.strictObject({ uses: z.string().regex(/^[\w-]+\/[\w-]+@v\d+$/), with: variables.optional() }),
]);
const action = z.strictObject({
  name: z.string(),
  description: z.string(),
  inputs: z.record(
    z.string().regex(/^[a-z-]+$/),
    z.strictObject({
      description: z.string(),
      required: z.boolean().optional(),
      default: z.string().optional(),
    }),
  ),
  outputs: z.record(z.string(), z.strictObject({ description: z.string(), value: z.string() })),
  runs: z.strictObject({ using: z.literal('composite'), steps: z.array(step) }),
});

const document = parseDocument(TEXT, { strict: true });
const ACTION = action.parse(document.toJS());
const scripts = ACTION.runs.steps.filter((each) => 'run' in each);

test('the action is one that GitHub takes, and its expressions name inputs and steps that are there', () => {
  expect(document.errors).toEqual([]);
  const named = [...TEXT.matchAll(/\$\{\{ (\w+)\.([\w-]+)[\w.]* \}\}/g)];
  expect(named.length).toBe(TEXT.split('${{').length - 1);
  const known = { inputs: Object.keys(ACTION.inputs), steps: scripts.map(({ id }) => id) };
  for (const [text, kind, name] of named) expect(known[kind as keyof typeof known], text).toContain(name);
});

test('no input becomes a part of a script', () => {
  expect(scripts.length).toBe(2);
  for (const { run } of scripts) expect(run).not.toContain('${{');
});

/** Runs both scripts as GitHub does, with the command line of this checkout in place of the package. */
function runAction(inputs: { readonly from: string; readonly to: string; readonly flags?: string }) {
  const top = mkdtempSync(join(tmpdir(), 'stagesync-action-'));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  mkdirSync(join(top, 'bin'));
  mkdirSync(join(top, 'data'));
  writeFileSync(join(top, 'data/a.csv'), 'id\n');
  writeFileSync(join(top, 'data/a|b <i>.csv'), 'id\n2\n');
  writeFileSync(join(top, 'bin/npx'), `#!/bin/sh\nshift 2\nexec "${process.execPath}" "${BIN}" "$@"\n`);
  chmodSync(join(top, 'bin/npx'), 0o755);
  const [summary, output] = [join(top, 'summary.md'), join(top, 'output')];
  const run = (script: string, env: Record<string, string>) =>
    spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      cwd: top,
      encoding: 'utf8',
      env: {
        PATH: `${join(top, 'bin')}:${join(process.execPath, '..')}:${process.env['PATH']}`,
        HOME: top,
        RUNNER_TEMP: top,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_ACTION_PATH: FOLDER,
        ...env,
      },
    });
  const [sync, tell] = scripts.map((each) => each.run);
  const { status } = run(sync!, {
    SINGLESTOREDB_MANAGEMENT_TOKEN: 'secret-key',
    FROM: inputs.from,
    TO: inputs.to,
    FLAGS: inputs.flags ?? '',
    VERSION: 'latest',
  });
  const [, report = ''] = /^report=(.*)$/m.exec(readFileSync(output, 'utf8')) ?? [];
  expect(run(tell!, { REPORT: report })).toMatchObject({ status: 0, stderr: '' });
  return { status, summary: readFileSync(summary, 'utf8'), output: readFileSync(output, 'utf8') };
}

test('its scripts sync, and the summary has what the report has', () => {
  const flags = '--exclude=*.tmp\n\n--max-file-size=4\n';
  const { status, summary, output } = runAction({ from: 'data', to: 'stage://local/data', flags });
  expect(status).toBe(0);
  expect(output).toContain('outcome=warnings\n');
  expect(summary).toMatch(/^### stagesync: warnings\n/);
  expect(summary).toContain('\n| 1 | 3 | 0 | 0 | 0 | 0 | ');
  expect(summary).toContain('| warning | a&#124;b &#60;i&#62;.csv | over&#95;size |');
  expect(summary).not.toContain('secret-key');
}, 180_000);

test('a sync that fails fails the step, and the summary says why', () => {
  const { status, summary, output } = runAction({ from: 'not-there', to: 'stage://local/data' });
  expect(status).toBe(5);
  expect(output).toContain('outcome=failures\n');
  expect(summary).toContain('**source&#95;missing**: ');
}, 180_000);

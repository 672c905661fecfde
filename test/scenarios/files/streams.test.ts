import { readdirSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { fakeHost } from '../../support/cli/fake-host.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { digestOf } from '../../support/trees/trees.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

/** Runs a command line that reads this on stdin. */
async function withInput(
  stage: Awaited<ReturnType<typeof servedStage>>,
  input: Readable,
  args: readonly string[],
) {
  const fake = fakeHost({ ...stage.cli.env });
  const running = main(args, { ...fake.host, cwd: stage.cli.folder, stdin: input });
  return { ...fake, running };
}

test('what comes on stdin is a file of the Stage, however it comes, and leaves nothing in the temporary folder', async () => {
  await using stage = await servedStage();
  const temporary = await temporaryFolder();
  process.env['TMPDIR'] = temporary;
  try {
    const input = Readable.from([Buffer.from('a,b\n'), Buffer.from(''), Buffer.from('1,2\n')]);
    const { running, ...shown } = await withInput(stage, input, [
      'put',
      '-',
      `${stage.address}/in.csv`,
      '-v',
    ]);
    expect(await running).toBe(0);
    expect(shown.stdout()).toMatch(/^copied - -> stage:.*\/target\/in\.csv {2}\(8 B\)\n/);
    expect(await stage.snapshot()).toEqual({ 'in.csv': digestOf('a,b\n1,2\n') });

    const much = Readable.from(Array.from({ length: 3 }, () => Buffer.alloc(1024)));
    const refused = await withInput(stage, much, ['put', '-', `${stage.address}/much`, '--spool-max', '2K']);
    expect(await refused.running).toBe(2);
    expect(refused.stderr()).toContain('stdin has more than 2.05 kB: take more with --spool-max');
    expect(Object.keys(await stage.snapshot())).toEqual(['in.csv']);

    const endless = new PassThrough();
    endless.write('some');
    const stopped = await withInput(stage, endless, ['cp', '-', `${stage.address}/endless`]);
    while (readdirSync(temporary).length === 0) await setImmediate();
    stopped.send('SIGINT');
    expect(await stopped.running).toBe(130);
    expect(stopped.stderr()).toContain('stopped');
    expect(Object.keys(await stage.snapshot())).toEqual(['in.csv']);
    expect(readdirSync(temporary)).toEqual([]);
  } finally {
    delete process.env['TMPDIR'];
  }
});

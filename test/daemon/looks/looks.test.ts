import { describe, expect, test } from 'vitest';
import { explainPath } from '../../../src/daemon/looks/explain-path.ts';
import { stageLooks } from '../../../src/daemon/looks/stage-looks.ts';
import type { UsageLine } from '../../../src/daemon/view/page-api.ts';
import { realDaemon } from '../../support/page/real-daemon.ts';
import { writeTree } from '../../support/trees/trees.ts';

async function synced() {
  const daemon = await realDaemon({ a: {} });
  await writeTree(daemon.folderOf('a'), { 'x/1': 'one', 'x/y/2': 'four', 'z/3': '', top: 'top' });
  await daemon.supervisor.flush('a');
  const { file, surroundings } = daemon;
  const looks = stageLooks({ file: () => file, surroundingsOf: () => surroundings });
  const usage = async (address: string, signal = new AbortController().signal) => {
    const lines: UsageLine[] = [];
    for await (const line of looks.usage(address, { signal })) lines.push(line);
    return lines;
  };
  return { ...daemon, looks, usage };
}

describe('looks into a Stage', () => {
  test('add a folder up, each folder in it with all below', async () => {
    const { usage, deployment } = await synced();
    const lines = await usage(`stage://${deployment}/a/`);
    expect(lines.map((line) => ({ ...line, modifiedMs: undefined }))).toEqual([
      { kind: 'file', path: 'top', size: 3, modifiedMs: undefined },
      { kind: 'folder', path: 'x/', files: 2, size: 7, modifiedMs: undefined },
      { kind: 'folder', path: 'z/', files: 1, size: 0, modifiedMs: undefined },
      { kind: 'total', files: 4, size: 10, modifiedMs: undefined },
    ]);
    expect(await usage(`stage://${deployment}/`)).toEqual([
      { kind: 'folder', path: 'a/', files: 4, size: 10 },
      { kind: 'total', files: 4, size: 10 },
    ]);
  });

  test('tell the quota that the profile of the job says, of the whole Stage alone', async () => {
    const { file, surroundings, deployment } = await synced();
    const quota = 20;
    const authority = { stage: {}, s3: {}, sql: {} };
    const withProfile = {
      ...file,
      jobs: file.jobs.map((each) => ({ ...each, job: { ...each.job, profile: 'p' } })),
      profiles: { p: { authority, quota } },
    };
    const looks = stageLooks({ file: () => withProfile, surroundingsOf: () => surroundings });
    const totalOf = async (address: string) =>
      (await Array.fromAsync(looks.usage(address, { signal: new AbortController().signal }))).at(-1);
    expect(await totalOf(`stage://${deployment}/`)).toEqual({ kind: 'total', files: 4, size: 10, quota });
    expect(await totalOf(`stage://${deployment}/a/`)).toEqual({ kind: 'total', files: 4, size: 10 });
  });

  test('know the Stages of the jobs, and open no other place', async () => {
    const { looks, usage, deployment } = await synced();
    expect(looks.places()).toEqual([
      { address: `stage://${deployment}/`, used: [{ address: `stage://${deployment}/a/`, job: 'a' }] },
    ]);
    for (const other of ['stage://another-group/', '/etc', 's3://bucket/', 'stage://'])
      await expect(usage(other)).rejects.toThrow(/lies in no Stage that a job uses/);
  });

  test('send nothing more once nobody waits for them', async () => {
    const { usage, deployment, emulator } = await synced();
    const before = emulator.counters.read().requests;
    await expect(usage(`stage://${deployment}/a/`, AbortSignal.abort())).rejects.toThrow();
    expect(emulator.counters.read().requests).toBe(before);
  });
});

describe('explain', () => {
  test('says what the last run decided for a path of a job, and why', async () => {
    const { stateFolder } = await synced();
    expect(explainPath(stateFolder, 'a', 'x/y/2')).toMatchObject({
      path: 'x/y/2',
      decision: 'synced',
      reason: 'new',
      size: 4,
    });
    expect(explainPath(stateFolder, 'a', 'x/none')).toBeUndefined();
    expect(explainPath(stateFolder, 'b', 'x/y/2')).toBeUndefined();
  });
});

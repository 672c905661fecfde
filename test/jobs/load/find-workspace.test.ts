import { describe, expect, test } from 'vitest';
import type { Compute } from '../../../src/api/deployments/deployment.ts';
import {
  asleep as asleepError,
  chooseWorkspace,
  costOfWaking,
} from '../../../src/jobs/load/find-workspace.ts';

const workspace = (name: string, state: string, more: Partial<Compute> = {}): Compute => ({
  id: `id-of-${name}`,
  name,
  state,
  size: 'S-00',
  scaleFactor: undefined,
  scalingProgress: undefined,
  endpoint: `${name}.example.com`,
  autoSuspend: undefined,
  createdAt: undefined,
  ...more,
});

describe('of several workspaces', () => {
  const [etl, web] = [workspace('etl', 'ACTIVE'), workspace('web', 'ACTIVE')];
  const asleep = workspace('old', 'SUSPENDED');

  test.each<[string, readonly Compute[], string | undefined, string]>([
    ['the only one', [asleep], undefined, 'old'],
    ['the one that is awake', [asleep, etl], undefined, 'etl'],
    ['the one that is named', [etl, web], 'web', 'web'],
    ['the one whose ID is named', [etl, web], 'id-of-web', 'web'],
    ['the one that is named, asleep', [etl, asleep], 'old', 'old'],
    ['one of another group is named', [etl], 'elsewhere', 'etl'],
    ['terminated ones do not count', [workspace('gone', 'TERMINATED'), etl], undefined, 'etl'],
  ])('%s is meant', (_, computes, wanted, name) => {
    expect(chooseWorkspace(computes, 'group', wanted).name).toBe(name);
  });

  test.each([
    ['workspace', 'The workspace old is suspended', 'stagesync workspaces resume old'],
    ['cluster', 'The cluster old is suspended', 'stagesync clusters resume old'],
  ] as const)('a %s that sleeps is told as one, with the command that wakes it', (kind, what, command) => {
    const { message } = asleepError({ compute: asleep, kind });
    expect(message).toContain(what);
    expect(message).toContain(command);
  });

  test('where that is not clear, those there are, are named', () => {
    expect(() => chooseWorkspace([etl, web], 'group', undefined)).toThrow('(etl, web)');
    expect(() => chooseWorkspace([], 'group', undefined)).toThrow('has no workspace');
  });
});

test.each<[Partial<Compute>, string]>([
  [{}, 'nothing suspends it again by itself'],
  [{ autoSuspend: { type: 'IDLE', afterSeconds: 1200, at: undefined } }, 'after 20m'],
  [{ autoSuspend: { type: 'SCHEDULED', afterSeconds: undefined, at: undefined } }, '(scheduled)'],
])('what waking costs: %j', (more, text) => {
  expect(costOfWaking(workspace('etl', 'SUSPENDED', more))).toMatch(/etl \(S-00\): it costs credits/);
  expect(costOfWaking(workspace('etl', 'SUSPENDED', more))).toContain(text);
});

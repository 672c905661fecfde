import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addJobFlags, type JobFlags } from '../../../src/cli/flags/job-flags.ts';
import type { JobSections } from '../../../src/jobs/job.ts';
import { settingsIn } from '../../../src/jobs/settings/settings.ts';

const SECTIONS: readonly (keyof JobSections)[] = ['what', 'pace', 'when'];

/** What these words say of a job. */
function said(...words: string[]): JobFlags {
  const command = new Command().exitOverride();
  const read = addJobFlags(command, { sections: SECTIONS });
  command.parse(words, { from: 'user' });
  return read(command.opts());
}

test('nothing said is the defaults of the flags with a value', () => {
  expect(said()).toEqual({
    what: { compare: 'size' },
    pace: { concurrency: 'auto', maxWait: 3_600_000 },
    when: { settle: 1000, fullEvery: 3_600_000 },
    filters: [],
    typed: { what: {}, pace: {}, when: {} },
  });
});

test('what was typed is told apart from the defaults of flags', () => {
  expect(said('--concurrency', 'auto', '--delete').typed).toEqual({
    what: { removal: 'ours' },
    pace: { concurrency: 'auto' },
    when: {},
  });
});

test.each<[string[], Partial<Record<keyof JobSections, object>>]>([
  [['--trust-ledger'], { what: { trustLedger: true } }],
  [['--delete'], { what: { removal: 'ours' } }],
  [['--mirror'], { what: { removal: 'everything' } }],
  [['--mirror', '--delete'], { what: { removal: 'everything' } }],
  [['--delete-excluded'], { what: { deleteExcluded: true } }],
  [['--compare', 'content'], { what: { compare: 'content' } }],
  [['--sweep-older-than', '1d'], { what: { sweepOlderThan: 86_400_000 } }],
  [['--no-moves'], { what: { moves: false } }],
  [['--follow-symlinks'], { what: { followSymlinks: true } }],
  [['--atomic'], { what: { atomic: true } }],
  [['--publish-set'], { what: { publishSet: true } }],
  [['--marker', 'x'], { what: { marker: 'x' } }],
  [['--concurrency', '4'], { pace: { concurrency: 4 } }],
  [['--concurrency', 'auto'], { pace: { concurrency: 'auto' } }],
  [['--max-requests-per-second', '0.5'], { pace: { maxRequestsPerSecond: 0.5 } }],
  [['--bwlimit', '10M'], { pace: { bytesPerSecond: 10_485_760 } }],
  [['--max-wait', '5m'], { pace: { maxWait: 300_000 } }],
  [['--settle', '2s'], { when: { settle: 2000 } }],
  [['--full-every', '1d'], { when: { fullEvery: 86_400_000 } }],
  [['--poll', '1m'], { when: { poll: 60_000 } }],
])('%j says %j', (words, settings) => {
  expect(said(...words)).toMatchObject(settings);
});

test('rules keep their order across the three flags', () => {
  expect(said('--exclude', 'a', '--filter-from', 'f', '--include', 'b', '--exclude', 'c').filters).toEqual([
    { kind: 'exclude', value: 'a' },
    { kind: 'file', value: 'f' },
    { kind: 'include', value: 'b' },
    { kind: 'exclude', value: 'c' },
  ]);
});

test('every setting has a flag, and a setting that is left out has none', () => {
  for (const section of SECTIONS)
    for (const [name, { flags }] of settingsIn(section)) expect(flags, name).not.toEqual([]);
  const command = new Command();
  addJobFlags(command, { sections: ['what'], without: ['trustLedger'] });
  const flags = command.options.map(({ long }) => long);
  expect(flags).toContain('--delete');
  expect(flags).not.toContain('--trust-ledger');
});

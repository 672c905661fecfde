import type { JobSections } from '../job.ts';
import { LOAD } from './load-settings.ts';
import type { AnySetting, SettingsOf } from './setting.ts';

/**
 * Every setting of a job, once: the flags of the command line, the shape of a job in JSON, its schema and the reference
 * are made of these tables. This module loads nothing, so that `--help` answers at once.
 */
const DONE = 'What is done';
const FILES = 'Which files';
const PUBLISHED = 'How it is published';
const FAST = 'How fast';
const WHEN = 'When';

const what: SettingsOf<JobSections['what']> = {
  trustLedger: {
    type: { kind: 'switch' },
    default: false,
    group: DONE,
    flags: [
      {
        flag: '--trust-ledger',
        help: 'list on Stage only what goes or moves; believe what earlier runs recorded of the rest',
        gives: true,
      },
    ],
  },
  removal: {
    type: { kind: 'choice', choices: ['none', 'ours', 'everything'] },
    default: 'none',
    group: DONE,
    meaning:
      'what is removed because the source does not have it: nothing, what an earlier run put there, or everything, whoever put it there',
    flags: [
      {
        flag: '--delete',
        help: 'remove what an earlier run put there and the source no longer has',
        gives: 'ours',
      },
      {
        flag: '--mirror',
        help: 'remove everything the source does not have, whoever put it there',
        gives: 'everything',
      },
    ],
  },
  deleteExcluded: {
    type: { kind: 'switch' },
    default: false,
    group: DONE,
    meaning: 'with `removal`: also remove on Stage what the filters exclude',
    flags: [
      {
        flag: '--delete-excluded',
        help: 'with --delete or --mirror: also remove on Stage what the filters exclude',
        gives: true,
      },
    ],
  },
  compare: {
    type: { kind: 'choice', choices: ['size', 'content', 'size-only'] },
    default: 'size',
    group: DONE,
    meaning:
      'how files that both ends have are compared: by size and time, by content, which reads both ends every time, or by size alone',
    flags: [
      {
        flag: '--compare <how>',
        help: 'compare files that both ends have by size and time, by content, which reads both ends every time, or by size alone',
      },
      {
        flag: '--size-only',
        help: 'files of equal size count as equal, whatever their times: the same as --compare size-only',
        gives: 'size-only',
        conflicts: 'compare',
      },
    ],
  },
  overwrite: {
    type: { kind: 'switch' },
    default: true,
    group: DONE,
    meaning: 'replace files that Stage has already, where they differ',
    flags: [
      {
        flag: '--no-overwrite',
        help: 'send only files that Stage does not have; those that differ stay and are told',
        gives: false,
      },
    ],
  },
  sweepOlderThan: {
    type: { kind: 'duration' },
    group: DONE,
    flags: [
      {
        flag: '--sweep-older-than <duration>',
        help: 'remove uploads under hidden names on Stage that runs from elsewhere left and that are at least this old: 1d, 12h',
      },
    ],
  },
  moves: {
    type: { kind: 'switch' },
    default: true,
    group: DONE,
    meaning: 'move renamed files on Stage instead of uploading them anew',
    flags: [
      {
        flag: '--no-moves',
        help: 'upload renamed files anew instead of moving them on Stage',
        gives: false,
      },
    ],
  },
  keepRemoved: {
    type: { kind: 'duration' },
    group: DONE,
    flags: [
      {
        flag: '--keep-removed <duration>',
        help: 'move what is removed or replaced to a hidden trash on the Stage, and keep it there for so long: 7d, 12h',
      },
    ],
  },
  verify: {
    type: { kind: 'sample' },
    group: DONE,
    meaning: 'read back what was sent and compare its bytes: all files, or so many of them, at random',
    flags: [
      {
        flag: '--verify <files>',
        help: 'read back what was sent and compare its bytes: all, or sample=N for so many files at random',
      },
    ],
  },
  theirs: {
    type: { kind: 'switch' },
    default: false,
    group: DONE,
    meaning:
      'in a directory: also replace files that somebody changed since they were put there, or that no run put there',
    flags: [
      {
        flag: '--theirs',
        help: 'in a directory: take the file of the Stage also where the one on the disk was changed, or is not ours',
        gives: true,
      },
    ],
  },
  failFast: {
    type: { kind: 'switch' },
    default: false,
    group: DONE,
    flags: [
      {
        flag: '--fail-fast',
        help: 'begin nothing more after the first failure; what is in flight is finished',
        gives: true,
      },
    ],
  },
  filters: {
    type: { kind: 'rules' },
    default: [],
    group: FILES,
    meaning:
      'rules in their order, each `{ "kind": "include" or "exclude", "pattern": … }`; the last that matches decides',
    flags: [
      { flag: '--include <pattern>', help: 'files that take part, as a .gitignore pattern; repeatable' },
      {
        flag: '--exclude <pattern>',
        help: 'files that take no part: neither uploaded nor touched on Stage; repeatable',
      },
      { flag: '--filter-from <file>', help: 'rules from a file, as in .stagesyncignore; repeatable' },
    ],
  },
  followSymlinks: {
    type: { kind: 'switch' },
    default: false,
    group: FILES,
    flags: [
      {
        flag: '--follow-symlinks',
        help: 'follow symbolic links instead of leaving them out',
        gives: true,
      },
    ],
  },
  maxFileSize: {
    type: { kind: 'bytes' },
    group: FILES,
    flags: [
      {
        flag: '--max-file-size <size>',
        help: 'leave out larger files of SOURCE, in bytes: 500K, 10M, 1G; what Stage has of them stays',
      },
    ],
  },
  archived: {
    type: { kind: 'choice', choices: ['report', 'ignore', 'transfer'] },
    default: 'report',
    group: FILES,
    meaning:
      'what is done with archived objects of a bucket (Glacier) that are not restored: each is a failure, is left out in silence, or is read all the same',
    flags: [
      {
        flag: '--ignore-glacier-warnings',
        help: 'leave out archived objects of a bucket in silence instead of telling each as a failure',
        gives: 'ignore',
        conflicts: 'forceGlacierTransfer',
      },
      {
        flag: '--force-glacier-transfer',
        help: 'read archived objects too; each that S3 does not give is a failure',
        gives: 'transfer',
      },
    ],
  },
  atomic: {
    type: { kind: 'switch' },
    default: false,
    group: PUBLISHED,
    flags: [
      {
        flag: '--atomic',
        help: 'upload to a hidden folder at the top of the Stage, then move each file in',
        gives: true,
      },
    ],
  },
  publishSet: {
    type: { kind: 'switch' },
    default: false,
    group: PUBLISHED,
    meaning: 'with `atomic`: publish, move and remove nothing before everything is uploaded',
    flags: [
      {
        flag: '--publish-set',
        help: 'with --atomic: publish, move and remove nothing before everything is uploaded',
        gives: true,
      },
    ],
  },
  marker: {
    type: { kind: 'fileName' },
    group: PUBLISHED,
    meaning: 'with `publishSet`: write this empty file once all files have their names',
    flags: [
      {
        flag: '--marker <name>',
        help: 'with --publish-set: write this empty file once all files have their names',
      },
    ],
  },
};

const pace: SettingsOf<JobSections['pace']> = {
  concurrency: {
    type: { kind: 'countOrAuto' },
    default: 'auto',
    group: FAST,
    meaning: 'Stage requests at the same time: a number, or as many as Stage turns out to take, at most 256',
    flags: [
      {
        flag: '--concurrency <n>',
        help: 'Stage requests at the same time; auto: as many as Stage turns out to take',
      },
    ],
  },
  maxRequestsPerSecond: {
    type: { kind: 'number' },
    group: FAST,
    flags: [
      { flag: '--max-requests-per-second <n>', help: 'start no more Stage requests a second than this' },
    ],
  },
  bytesPerSecond: {
    type: { kind: 'byteRate' },
    group: FAST,
    flags: [
      { flag: '--bwlimit <rate>', help: 'upload no faster than this, in bytes a second: 500K, 10M, 10MB' },
    ],
  },
  maxWait: {
    type: { kind: 'duration' },
    default: 3_600_000,
    group: FAST,
    flags: [
      {
        flag: '--max-wait <duration>',
        help: 'give up when Stage asks for waits that are longer than this, like 10m or 2h',
      },
    ],
  },
  pageSize: {
    type: { kind: 'count' },
    group: FAST,
    flags: [
      {
        flag: '--page-size <n>',
        help: "keys in a page of a bucket's listing, at most 1000, where a server cannot give as many in time",
      },
    ],
  },
};

const when: SettingsOf<JobSections['when']> = {
  settle: {
    type: { kind: 'duration' },
    default: 1000,
    group: WHEN,
    flags: [
      {
        flag: '--settle <duration>',
        help: 'take a file once its size and time have not changed for this long',
      },
    ],
  },
  fullEvery: {
    type: { kind: 'duration' },
    default: 3_600_000,
    group: WHEN,
    flags: [
      {
        flag: '--full-every <duration>',
        help: 'compare everything this often, with a listing of all of Stage',
      },
    ],
  },
  poll: {
    type: { kind: 'duration' },
    group: WHEN,
    flags: [
      { flag: '--poll <duration>', help: 'do not watch; compare everything this often instead, like 5m' },
    ],
  },
};

/** The settings of a job by section and name, in the order in which people read them. */
const SETTINGS: { readonly [Section in keyof JobSections]: SettingsOf<JobSections[Section]> } = {
  what,
  pace,
  when,
  load: LOAD,
};

/** The settings of a section, with their names. */
export const settingsIn = (section: keyof JobSections): readonly (readonly [string, AnySetting])[] =>
  Object.entries<AnySetting>(SETTINGS[section] as unknown as Readonly<Record<string, AnySetting>>);

/** The values that a section has when nobody says otherwise. */
export function defaultsOf<Section extends keyof JobSections>(section: Section): JobSections[Section] {
  const defaults = settingsIn(section).flatMap(([name, setting]) =>
    setting.default === undefined ? [] : [[name, setting.default] as const],
  );
  return Object.fromEntries(defaults) as unknown as JobSections[Section];
}

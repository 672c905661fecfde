import type { JobSections } from '../job.ts';
import type { SettingsOf } from './setting.ts';

const DONE = 'What is done';
const FILES = 'Which files';
const PUBLISHED = 'How it is published';

/** What is made equal to what, and how. */
export const WHAT: SettingsOf<JobSections['what']> = {
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

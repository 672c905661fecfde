import type { JobSections } from '../job.ts';
import type { SettingsOf } from './setting.ts';

const LOADED = 'How it is loaded';

/** The default of --wait-loaded without a duration. */
export const USUAL_WAIT = '1h';

/** The way from the Stage to the table. A job without this section asks nothing of any database. */
export const LOAD: SettingsOf<JobSections['load']> = {
  database: {
    type: { kind: 'name' },
    group: LOADED,
    meaning:
      'the database whose pipelines read the Stage; where it is left out, SINGLESTOREDB_URL or SINGLESTOREDB_DATABASE names it',
    flags: [
      {
        flag: '--load-database <name>',
        help: 'the database whose pipelines read the Stage (SINGLESTOREDB_DATABASE)',
      },
    ],
  },
  pipeline: {
    type: { kind: 'name' },
    group: LOADED,
    meaning: 'the pipeline that reads the files; where it is left out, any pipeline of the database',
    flags: [
      { flag: '--pipeline <name>', help: 'the pipeline that reads the files; default: any of the database' },
    ],
  },
  reload: {
    type: { kind: 'choice', choices: ['warn', 'drop-file', 'new-name'] },
    default: 'warn',
    group: LOADED,
    meaning:
      'what is done about a file that changed after a pipeline had read it, and that the pipeline does not read again: it is named with the statement that helps, the statement is sent once the new content is there, or the new content gets a name that no pipeline has read (`orders~2.csv`)',
    flags: [
      {
        flag: '--reload <how>',
        help: 'a file that changed after a pipeline had read it is named, read again by ALTER PIPELINE … DROP FILE, or given a new name',
      },
    ],
  },
  wait: {
    type: { kind: 'duration' },
    group: LOADED,
    meaning: 'a run ends when every file that it sent is loaded, or with status 9 after this time',
    flags: [
      {
        flag: '--wait-loaded [duration]',
        help: 'end when every file that was sent is loaded, or with status 9 after this time (1h)',
        bare: USUAL_WAIT,
      },
    ],
  },
  afterLoad: {
    type: { kind: 'choice', choices: ['keep', 'remove'] },
    default: 'keep',
    group: LOADED,
    meaning:
      'what becomes of a file on the Stage once it is loaded: it stays, or it is removed and not sent again until it changes',
    flags: [
      {
        flag: '--after-load <what>',
        help: 'keep a file that is loaded on the Stage, or remove it there, and send it again only when it changes',
      },
    ],
  },
  maxUnloaded: {
    type: { kind: 'bytes' },
    group: LOADED,
    flags: [
      {
        flag: '--max-unloaded <size>',
        help: 'pause sending while more than this was sent and is not loaded, in bytes: 500M, 5G',
      },
    ],
  },
};

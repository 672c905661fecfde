import type { Check } from '../check.ts';
import { bucket } from './bucket.ts';
import { clock } from './clock.ts';
import { database } from './database.ts';
import { directory } from './directory.ts';
import { jobsFile } from './jobs-file.ts';
import { limits } from './limits.ts';
import { organization } from './organization.ts';
import { proxy } from './proxy.ts';
import { queue } from './queue.ts';
import { servers } from './servers.ts';
import { stage } from './stage.ts';
import { stateFolder } from './state-folder.ts';
import { token } from './token.ts';
import { versions } from './versions.ts';

/** In the order in which they are shown: what others rest on comes first. */
export const ALL_CHECKS: readonly Check[] = [
  versions,
  stateFolder,
  limits,
  jobsFile,
  proxy,
  token,
  organization,
  clock,
  stage,
  directory,
  bucket,
  queue,
  servers,
  database,
];

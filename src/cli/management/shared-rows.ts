import {
  addressRange,
  autoSuspend,
  cacheConfig,
  expiry,
  updateWindow,
  workspaceSize,
} from '../flags/management-values.ts';
import type { FlagRow } from './noun.ts';

/** What can be given for whatever computes, at the beginning and later. */
export const COMPUTE_SETTINGS: readonly FlagRow[] = [
  { flag: '--size <size>', help: 'S-00, S-1, S-2 and so on', read: workspaceSize },
  { flag: '--cache <n>', help: 'the size of the cache, as a multiple: 1, 2 or 4', read: cacheConfig },
  {
    flag: '--auto-suspend <when>',
    help: '20m (after 20 minutes without use), at:8h (in 8 hours) or off',
    read: autoSuspend,
  },
  { flag: '--kai', help: 'with the MongoDB interface, Kai' },
];

/** The same for whatever is connected to and ends by itself. */
export const DEPLOYMENT_SETTINGS: readonly FlagRow[] = [
  {
    flag: '--firewall <range>',
    help: 'addresses that may connect, like 192.0.2.0/24; repeatable',
    read: addressRange,
    isList: true,
  },
  { flag: '--allow-all', help: 'any address may connect' },
  {
    flag: '--expires <when>',
    help: 'end by itself, with all data: 3h30m, a date or a time',
    read: expiry,
  },
  { flag: '--window <day:hour>', help: 'when it is updated, in UTC: tue:01', read: updateWindow },
  { flag: '--deployment-type <type>', help: 'its class', choices: ['PRODUCTION', 'NON-PRODUCTION'] },
];

export const READY: FlagRow = {
  flag: '--ready <what>',
  help: 'also wait until its endpoint answers',
  choices: ['sql'],
};

export const FOR_STATE: FlagRow = {
  flag: '--for <state>',
  help: 'active, suspended, terminated, or any word of the service',
  isRequired: true,
};

export const IF_EXISTS: FlagRow = { flag: '--if-exists', help: 'where there is none of that name, succeed' };

export const IF_NOT_EXISTS: FlagRow = {
  flag: '--if-not-exists',
  help: 'where there is one of that name, succeed and show it',
};

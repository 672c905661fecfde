import { EMBEDDED } from '../addresses.ts';
import type { StageSurroundings } from '../surroundings.ts';
import type { ReachableDatabase, ReachDatabaseOptions } from './database-ways.ts';
import { LocalDatabase } from './local-database.ts';
import { RemoteDatabase } from './remote-database.ts';

/**
 * The database that loads a Stage. Rejects with `config` where there is no login, and with `usage` where nobody names a database,
 * or flags say which database the embedded Stage has. Nothing is sent before it is opened.
 */
export const reachDatabase = (around: StageSurroundings, options: ReachDatabaseOptions): ReachableDatabase =>
  options.address.deployment === EMBEDDED
    ? new LocalDatabase(around, options)
    : new RemoteDatabase(around, options);

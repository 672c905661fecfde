import { fixedSecret } from '../../data-api/credentials.ts';
import type { DataApi } from '../../data-api/data-api.ts';
import { EMBEDDED } from '../addresses.ts';
import { databaseFlagIn } from '../authority.ts';
import { openEmbedded } from '../ends/open-embedded.ts';
import { openManagementApi } from '../ends/open-management-api.ts';
import type { StageSurroundings } from '../surroundings.ts';
import { usageError } from '../usage-errors.ts';
import {
  databaseNamed,
  DatabaseWays,
  type ReachableDatabase,
  type ReachDatabaseOptions,
} from './database-ways.ts';

/** The database of the embedded Stage where nobody names one. */
const LOCAL_DATABASE = 'demo';
const USER = 'admin';

/** The database of the embedded Stage: it needs no setting. */
export class LocalDatabase implements ReachableDatabase {
  readonly database: string;
  readonly #around: StageSurroundings;
  readonly #ways: DatabaseWays;
  readonly #tell: (text: string) => void;

  constructor(around: StageSurroundings, { database, tell = () => undefined }: ReachDatabaseOptions) {
    const { resume: _, ...who } = around.authority.sql ?? {};
    const flag = databaseFlagIn(who);
    if (flag !== undefined)
      throw usageError(
        `stage://${EMBEDDED} has a database of its own, which ${flag} does not apply to: leave the flag out`,
      );
    this.#around = around;
    this.#ways = new DatabaseWays(around);
    this.database = databaseNamed(database, around.environment.sql.database ?? LOCAL_DATABASE);
    this.#tell = tell;
  }

  async open(): Promise<DataApi> {
    const around = this.#around;
    if (around.authority.sql?.resume === true) await this.#wake();
    const emulator = await openEmbedded(around);
    this.#ways.onClose(() => emulator.close());
    const credentials = { user: USER, secret: fixedSecret(emulator.token) };
    // the port is another one each time, the folder stays
    const at = { origin: `sql://${EMBEDDED}`, account: around.environment.stageFolder };
    return this.#ways.open(new URL(emulator.url), credentials, at);
  }

  close(): Promise<void> {
    return this.#ways.close();
  }

  async #wake(): Promise<void> {
    const around = this.#around;
    const { findWorkspace, isAsleep, wake } = await import('./find-workspace.ts');
    await using api = await openManagementApi(around, { local: true });
    const found = await findWorkspace(api, { deployment: EMBEDDED, version: 'v1', workspace: undefined });
    if (isAsleep(found.compute)) await wake(api, found, { signal: around.draining, tell: this.#tell });
  }
}

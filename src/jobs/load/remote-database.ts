import type { DataApi } from '../../data-api/data-api.ts';
import { parseEndpoint } from '../../data-api/endpoint.ts';
import { SyncError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { accountOf } from '../../remote/gate/gates.ts';
import { openManagementApi } from '../ends/open-management-api.ts';
import { resolveStageSettings } from '../ends/stage-settings.ts';
import type { StageSurroundings } from '../surroundings.ts';
import { usageError } from '../usage-errors.ts';
import {
  databaseNamed,
  DatabaseWays,
  type ReachableDatabase,
  type ReachDatabaseOptions,
} from './database-ways.ts';
import type { FoundWorkspace, FindWorkspaceOptions } from './find-workspace.ts';
import { resolveSqlSettings, type SqlSettings } from './sql-settings.ts';

/** A database of the service: at the endpoint that was given, or at that of the deployment's workspace. */
export class RemoteDatabase implements ReachableDatabase {
  readonly database: string;
  readonly #around: StageSurroundings;
  readonly #ways: DatabaseWays;
  readonly #settings: SqlSettings;
  readonly #options: ReachDatabaseOptions;

  constructor(around: StageSurroundings, options: ReachDatabaseOptions) {
    this.#around = around;
    this.#options = options;
    this.#ways = new DatabaseWays(around);
    this.#settings = resolveSqlSettings(around);
    this.database = databaseNamed(options.database, this.#settings.database);
  }

  async open(): Promise<DataApi> {
    const { credentials, endpoint: given } = this.#settings;
    const isKnown = given !== undefined && this.#around.authority.sql?.resume !== true;
    const endpoint = isKnown ? given : await this.#awake(given);
    const account = accountOf(`sql ${credentials.user ?? ''}`);
    return this.#ways.open(endpoint, credentials, { origin: endpoint.origin, account });
  }

  close(): Promise<void> {
    return this.#ways.close();
  }

  /** The endpoint of the workspace, once it is awake; the one that was given counts before the one that is told. */
  async #awake(given: URL | undefined): Promise<URL> {
    const around = this.#around;
    const { findWorkspace, isAsleep, asleep, wake } = await import('./find-workspace.ts');
    const wanted = await this.#wanted();
    await using api = await openManagementApi(around, {});
    let found = await findWorkspace(api, wanted);
    if (isAsleep(found.compute)) {
      if (around.authority.sql?.resume !== true) throw asleep(found);
      const { tell = () => undefined } = this.#options;
      await wake(api, found, { signal: around.draining, tell });
      // it may have another endpoint now, or one at all
      api.names.forget();
      found = await findWorkspace(api, { ...wanted, workspace: found.compute.id });
    }
    return given ?? this.#endpointOf(found);
  }

  async #wanted(): Promise<FindWorkspaceOptions> {
    const { generation, defaultDeployment } = await resolveStageSettings(this.#around);
    const deployment = this.#options.address.deployment ?? defaultDeployment;
    if (deployment === undefined)
      throw usageError('no deployment is named whose database loads: write stage://DEPLOYMENT/PATH');
    // with the second version, that variable names the deployment
    return generation === 'v2'
      ? { deployment, version: 'v2', workspace: undefined }
      : { deployment, version: 'v1', workspace: this.#around.environment.workspace };
  }

  #endpointOf({ compute: { name, endpoint } }: FoundWorkspace): URL {
    if (endpoint !== undefined)
      return parseEndpoint(endpoint, {
        from: `the endpoint of ${printable(name)}`,
        allowInsecure: this.#settings.allowInsecure,
      });
    throw new SyncError(
      'database_unreachable',
      `The Management API tells no endpoint of ${printable(name)}: give --sql-endpoint HOST.`,
      { verdict: 'end_run', fact: 'out_of_reach', operation: 'look_up' },
    );
  }
}

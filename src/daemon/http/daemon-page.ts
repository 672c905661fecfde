import { isLoopback } from '../../http/loopback.ts';
import { usageError } from '../../jobs/usage-errors.ts';
import { openJobsHistory } from '../history/jobs-history.ts';
import { explainPath } from '../looks/explain-path.ts';
import { stageLooks } from '../looks/stage-looks.ts';
import { SupervisedPlans } from '../plans/job-plans.ts';
import type { ListenAddress } from '../server.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { servePage, type PageServer } from './page-server.ts';
import type { PageFile } from './built-page.ts';
import type { PagePorts } from './page-ports.ts';
import { readPageToken } from './page-token.ts';

export interface DaemonPageOptions {
  readonly address: ListenAddress;
  /** An absolute path. */
  readonly tokenFile?: string | undefined;
  readonly allowedHosts?: readonly string[] | undefined;
  readonly stateFolder: string;
  readonly metrics?: PagePorts['metrics'];
  /** In place of the built page. */
  readonly files?: ReadonlyMap<string, PageFile> | undefined;
}

/**
 * Everything that --http needs, in one module, which is imported only with that flag: the page of a daemon's jobs. Rejects
 * with `usage` for an address that others reach, without a token for them.
 */
export async function serveDaemonPage(
  supervisor: Supervisor,
  { address, tokenFile, allowedHosts, stateFolder, metrics, files }: DaemonPageOptions,
): Promise<PageServer> {
  const token = tokenFile === undefined ? undefined : readPageToken(tokenFile);
  const isAlone = isLoopback({ hostname: address.host.includes(':') ? `[${address.host}]` : address.host });
  if (!isAlone && token === undefined)
    throw usageError(
      `--http ${address.host} can be reached from other machines: give --http-token-file FILE with the token that signs in, or leave the host out for this machine alone`,
    );
  const ports: PagePorts = {
    control: supervisor,
    history: openJobsHistory(stateFolder),
    plans: new SupervisedPlans(supervisor),
    stage: stageLooks({
      file: () => supervisor.file,
      surroundingsOf: (named) => supervisor.surroundingsOf(named),
    }),
    explain: (job, path) => explainPath(stateFolder, job, path),
    metrics,
  };
  return servePage(address, ports, { token, allowedHosts, openMetrics: isAlone, files });
}

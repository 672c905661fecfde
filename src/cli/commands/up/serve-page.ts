import { resolve } from 'node:path';
import { serveDaemonPage } from '../../../daemon/http/daemon-page.ts';
import type { PageServer } from '../../../daemon/http/page-server.ts';
import type { Machines } from '../../../daemon/machines/open-machines.ts';
import { countRequests } from '../../../daemon/metrics/count-requests.ts';
import { DaemonMetrics } from '../../../daemon/metrics/daemon-metrics.ts';
import type { JobEvent } from '../../../daemon/supervision/job-events.ts';
import type { Supervisor } from '../../../daemon/supervision/supervisor.ts';
import type { Destination } from '../../../model/ports.ts';
import type { Context } from '../../context.ts';
import type { PageFlags } from '../../flags/page-flags.ts';

/** Everything of `stagesync up` that --http needs; this module is imported only with that flag. */
export class PageOfJobs {
  readonly #metrics: DaemonMetrics;

  /** `shared`: what the daemon has in common with other machines. */
  constructor(shared: () => Machines['now']) {
    this.#metrics = new DaemonMetrics(shared);
  }

  onEvent(job: string, event: JobEvent): void {
    this.#metrics.onEvent(job, event);
  }

  observed(job: string, destination: Destination): Destination {
    return countRequests(destination, (verb, status) => this.#metrics.request(job, verb, status));
  }

  /** Rejects with `config` or `usage` where the page cannot be served. */
  serve(supervisor: Supervisor, { host, environment }: Context, flags: PageFlags): Promise<PageServer> {
    const { http, allowedHost, httpTokenFile } = flags;
    const metrics = this.#metrics;
    return serveDaemonPage(supervisor, {
      address: http ?? { host: '127.0.0.1', port: 0 },
      tokenFile: httpTokenFile === undefined ? undefined : resolve(host.cwd, httpTokenFile),
      allowedHosts: allowedHost,
      stateFolder: environment.stateFolder,
      metrics: {
        contentType: metrics.contentType,
        text: () => metrics.text(supervisor.view(), Date.now()),
      },
    });
  }
}

import { basename } from 'node:path';
import type { LeaderRecords } from '../../../daemon/leadership/leader-records.ts';
import type { Leadership, LeadershipEvent } from '../../../daemon/leadership/leadership.ts';
import type { RememberedJobs } from '../../../daemon/schedule/remembered-jobs.ts';
import { systemClock } from '../../../sync/clock.ts';
import type { Context } from '../../context.ts';
import { leaseFrom, type LeaseFlags } from '../../flags/lease-flags.ts';

/** Of the daemon's log. */
interface LeadershipLog {
  info(message: string, fields: object): void;
  warn(message: string, fields: object): void;
}

export interface OpenLeadership {
  readonly leadership: Leadership;
  /** What outlives this daemon, for whoever leads next. */
  readonly records: LeaderRecords;
}

/**
 * The part of a daemon in the election that its flags name; undefined without one: then nothing of it is loaded. `opened` closes it.
 * Rejects where the broker cannot be used.
 */
export async function openLeadership(
  opened: AsyncDisposableStack,
  context: Context,
  {
    flags,
    file,
    here,
    log,
    onEvent,
  }: {
    readonly flags: LeaseFlags;
    /** The jobs file. */
    readonly file: string;
    /** What is remembered on this machine. */
    readonly here: RememberedJobs;
    readonly log: LeadershipLog;
    readonly onEvent: () => void;
  },
): Promise<OpenLeadership | undefined> {
  const { host } = context;
  const address = leaseFrom(flags, context, basename(file));
  if (address === undefined) return undefined;
  const [{ openElection }, leading, remembering] = await Promise.all([
    import('../../../daemon/leadership/open-election.ts'),
    import('../../../daemon/leadership/leadership.ts'),
    import('../../../daemon/leadership/leader-records.ts'),
  ]);
  const { election, warning } = await openElection(address, {
    folder: host.cwd,
    pid: host.pid,
    command: 'stagesync up',
    clock: systemClock,
  });
  opened.defer(() => election.close());
  if (warning !== undefined) log.warn(warning, { event: 'lease' });
  const records = new remembering.LeaderRecords(here, systemClock);
  const leadership = new leading.Leadership(election, {
    clock: systemClock,
    records,
    onEvent(event) {
      tell(log, address.name, event);
      onEvent();
    },
  });
  log.info(`stands by until it leads ${address.name}`, { event: 'standby' });
  return { leadership, records };
}

function tell(log: LeadershipLog, name: string, event: LeadershipEvent): void {
  switch (event.type) {
    case 'standby':
      if (event.leader !== undefined)
        log.info(`stands by: ${event.leader} leads ${name}`, { event: 'standby', leader: event.leader });
      break;
    case 'leads':
      log.info(`leads ${name} (epoch ${event.epoch})`, { event: 'leads', epoch: event.epoch });
      break;
    case 'lost':
      log.warn(event.message, { event: 'lease_lost' });
      break;
    case 'broker':
      if (event.isUp) log.info('the broker of the lease answers again', { event: 'broker', up: true });
      else
        log.warn(
          `the lease can be neither taken nor renewed: ${event.trouble ?? 'no answer'}; whoever leads stops when the lease runs out`,
          { event: 'broker', up: false },
        );
      break;
  }
}

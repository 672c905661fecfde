import { Option, type Command } from 'commander';
import type { LeaseAddress } from '../../daemon/leadership/open-election.ts';
import { LEASE_VARIABLE, type Environment } from '../../jobs/environment.ts';
import { usageError } from '../../jobs/usage-errors.ts';
import { duration } from './values.ts';

/** Which of several processes on several machines works. It is a setting of who runs a job, not of the job. */
export interface LeaseFlags {
  readonly lease?: string;
  readonly leaseName?: string;
  readonly leaseTtl?: number;
}

export const addLeaseFlags = (command: Command): Command =>
  command
    .optionsGroup('On several machines:')
    .option(
      '--lease <url>',
      `work only while holding a lease in Redis or Valkey, redis://HOST:6379/0, and stand by otherwise; ${LEASE_VARIABLE} may hold it too, with a password`,
    )
    .option('--lease-name <name>', 'what the lease is for; processes with the same name take turns')
    .addOption(
      new Option(
        '--lease-ttl <duration>',
        'how long a lease lasts that is not renewed; a process that dies is followed after that (default: 9s)',
      ).argParser(duration),
    )
    .optionsGroup('Other:');

/** Shorter, and a pause of the process would lose it; longer, and nobody would be served by it. Milliseconds. */
const SHORTEST_MS = 1000;
const LONGEST_MS = 3_600_000;

/** Undefined: this process is alone. `name`: what the lease is for, unless a flag says so. */
export function leaseFrom(
  { lease, leaseName, leaseTtl }: LeaseFlags,
  { environment }: { readonly environment: Pick<Environment, 'leaseUrl'> },
  name: string,
): LeaseAddress | undefined {
  const url = lease ?? environment.leaseUrl;
  if (url === undefined) {
    if (leaseName !== undefined || leaseTtl !== undefined)
      throw usageError(
        `--lease-name and --lease-ttl belong to a lease: give --lease redis://HOST:6379/0, or set ${LEASE_VARIABLE}`,
      );
    return undefined;
  }
  if (leaseName?.trim() === '') throw usageError('--lease-name must not be empty');
  if (leaseTtl !== undefined && (leaseTtl < SHORTEST_MS || leaseTtl > LONGEST_MS))
    throw usageError('--lease-ttl has to be between 1s and 1h');
  return {
    url,
    from: lease === undefined ? LEASE_VARIABLE : '--lease',
    name: leaseName ?? name,
    ttlMs: leaseTtl,
  };
}

import type { Command } from 'commander';
import { AWS_CREDENTIALS } from '../../../jobs/authority.ts';
import type { Action, CommandModule } from '../../context.ts';
import { addS3Flags, addSqlLoginFlags, addStageFlags } from '../../flags/authority-flags.ts';
import { LEASE_VARIABLE } from '../../../jobs/environment.ts';
import { addQueueFlag } from '../../flags/cluster/queue-flag.ts';
import { addFileFlag } from '../../flags/file-flag.ts';
import { duration, urlOf } from '../../flags/values.ts';
import type { DoctorFlags } from './doctor-flags.ts';

const EXAMPLES = `
Examples:
  stagesync doctor                                 this machine, the token, and what it may use
  stagesync doctor stage://my-group/data           also this Stage; or s3://bucket/prefix, or a directory
  stagesync doctor orders                          all that the job "orders" of stagesync.yaml needs
  stagesync doctor --queue redis://10.0.0.7:6379   also the Redis by which machines share work
  stagesync doctor --probe stage://my-group/       how this Stage answers: tried in a hidden folder`;

export const doctor: CommandModule = {
  name: 'doctor',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('doctor')
      .description(
        'Tell what works and what does not: versions, the state folder, limits of the system, the jobs file, proxy, token, organization, clock, Stage, bucket, queue, the Redis that machines share, and database. Each line is ok, warning or failed, with the way out. Nothing is changed, but with --probe. The exit status is 0 without a failure, else that of the worst.',
      )
      .argument(
        '[target]',
        'stage://DEPLOYMENT/PATH, s3://BUCKET/PREFIX, a directory, or a job of the jobs file',
      )
      .option(
        '--probe <address>',
        'try in a hidden folder of stage://DEPLOYMENT what is not documented: whether a PUT overwrites, times move, listings are consistent, and so on; print a report that can be passed on',
      )
      .option('--timeout <duration>', 'the longest that one check may take, like 30s', duration, 10_000)
      .option('--json', 'one object a finding, the summary last')
      .option('--load-database <name>', 'also try the login, for this database (SINGLESTOREDB_DATABASE)')
      .option(
        '--sqs-queue <url>',
        "also try this queue of a bucket's notifications",
        urlOf('--sqs-queue', AWS_CREDENTIALS),
      );
    addStageFlags(addS3Flags(command));
    addQueueFlag(addSqlLoginFlags(command)).option(
      '--lease <url>',
      `also try this Redis or Valkey, in which a lease is kept: redis://HOST:6379/0 (${LEASE_VARIABLE})`,
    );
    addFileFlag(command)
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, target: string | undefined, flags: DoctorFlags) => {
          if (flags.probe !== undefined) {
            const { runProbeCommand } = await import('./run-probe.ts');
            return runProbeCommand(context, { target, address: flags.probe }, flags);
          }
          const { runDoctor } = await import('./run-doctor.ts');
          return runDoctor(context, target, flags);
        }),
      );
  },
};

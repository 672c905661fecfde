import { approve, takeBack } from '../../../jobs-file/trust/approvals.ts';
import { configError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { chooseJobsFile } from '../../jobs-file.ts';
import { notConfirmed } from '../../management/changing/confirm.ts';
import { askForLine, canAsk } from '../../management/changing/terminal-input.ts';
import { openJobsFile, type OpenJobsFile } from '../../open-jobs-file.ts';

export interface TrustFlags {
  readonly yes?: true;
  readonly revoke?: true;
  readonly json?: true;
}

/** `stagesync trust`. Rejects with `not_confirmed` where nobody says yes. */
export async function trustFile(
  context: Context,
  named: string | undefined,
  flags: TrustFlags,
): Promise<ExitStatus> {
  const { stateFolder } = context.environment;
  if (flags.revoke === true) return revoke(context, named, flags);
  const opened = openJobsFile(context, named);
  // a pipe is another one each time: there is nothing that an approval could be of
  if (opened.shown === '/dev/stdin') throw configError('an approval is of a file: name one');
  const { parts, version, shown } = opened;
  if (parts.length === 0)
    context.err.line(`${printable(shown)} runs no program and sends no secret elsewhere`);
  else await askAbout(context, opened, flags);
  approve(stateFolder, version, new Date());
  if (flags.json === true) context.out.line(JSON.stringify({ file: version.path, approved: parts }));
  else context.out.line(`approved ${printable(shown)}, as it is now`);
  return EXIT.clean;
}

async function askAbout(context: Context, { parts, shown }: OpenJobsFile, flags: TrustFlags): Promise<void> {
  const { err, host, stop } = context;
  err.line(`${printable(shown)}, whenever its jobs run:`);
  for (const { where, does } of parts) err.line(`  ${printable(does)}  (${printable(where)})`);
  if (flags.yes === true) return;
  await err.flush();
  if (!canAsk(host))
    throw notConfirmed(
      'this has to be approved, and there is no terminal to ask at: read the list, then repeat it with --yes',
    );
  const answer = await askForLine(
    'Approve this? [y/N] ',
    { isSecret: false },
    { host, draining: stop.draining },
  );
  if (!/^y(?:es)?$/i.test(answer.trim())) throw notConfirmed('not approved');
}

function revoke(context: Context, named: string | undefined, flags: TrustFlags): ExitStatus {
  const { shown, path } = chooseJobsFile(context.host, { file: named });
  const was = takeBack(context.environment.stateFolder, path);
  if (flags.json === true) context.out.line(JSON.stringify({ file: path, revoked: was }));
  else
    context.out.line(
      was ? `${printable(shown)} is not approved any more` : `${printable(shown)} was not approved`,
    );
  return EXIT.clean;
}

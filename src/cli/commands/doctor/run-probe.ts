import { probeStage, type Answered, type ProbeResult } from '../../../doctor/probe/probe.ts';
import { parseStageAddress } from '../../../jobs/addresses.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import { packageVersion } from '../../../program/program-files.ts';
import type { Context } from '../../context.ts';
import { EXIT, statusOfError, type ExitStatus } from '../../exit-status.ts';
import { wrapped } from '../../help/wrap.ts';
import { styled, terminalOf } from '../../process/terminal.ts';
import { lookingSurroundings } from '../../surroundings.ts';
import type { DoctorFlags } from './doctor-flags.ts';

export interface ProbeArguments {
  readonly target: string | undefined;
  readonly address: string;
}

/** `stagesync doctor --probe`: the report is on stdout, without a name, an address or a secret; the rest is on stderr. */
export async function runProbeCommand(
  context: Context,
  { target, address: text }: ProbeArguments,
  flags: DoctorFlags,
): Promise<ExitStatus> {
  if (target !== undefined) throw usageError('--probe has an address of its own: leave out the other one');
  const address = parseStageAddress(text, 'the value of --probe');
  if (address.path !== '')
    throw usageError('--probe works in a hidden folder at the top of a Stage: write stage://DEPLOYMENT/');
  const { out, err, stop } = context;
  const isJson = flags.json === true;
  const facts = { stagesync: packageVersion(), date: new Date().toISOString().slice(0, 10) };
  if (isJson) out.line(JSON.stringify({ type: 'probe', ...facts }));
  else out.line(`stagesync ${facts.stagesync} probed a Stage on ${facts.date}`);
  const onAnswer = isJson ? jsonAnswer(context) : textAnswer(context);
  const result = await probeStage(lookingSurroundings(context, flags, 'doctor'), address, { onAnswer });
  if (isJson) out.line(JSON.stringify({ type: 'summary', ...summaryOf(result) }));
  else for (const line of summaryLines(result)) out.line(line);
  if (result.left !== undefined) {
    const { folder, why } = result.left;
    err.line(
      `stagesync: the hidden folder ${folder} could not be removed (${printable(why)}): "stagesync rm -r ${printable(text.replace(/\/+$/, ''))}/${folder}" removes it`,
    );
  }
  if (result.error !== undefined) {
    err.line(`stagesync: ${printable(result.error.message)}`);
    return statusOfError(result.error.code, stop.stoppedBy);
  }
  return result.left === undefined ? EXIT.clean : EXIT.failures;
}

type Show = (answered: Answered) => void;

const jsonAnswer =
  ({ out }: Context): Show =>
  ({ id, asks, answer, detail, isOpen }) =>
    out.line(JSON.stringify({ type: 'answer', question: id, asks, answer, detail, isOpen }));

function textAnswer({ host, out }: Context): Show {
  const terminal = terminalOf(host.env, host.stdout);
  return ({ id, asks, answer, detail }) => {
    out.line('');
    for (const line of wrapped(`${asks} (${id})`, terminal.width)) out.line(line);
    const said = detail === undefined ? answer : `${answer} (${detail})`;
    for (const line of wrapped(said, terminal.width - 2)) out.line(`  ${styled(terminal, 'bold', line)}`);
  };
}

/** Milliseconds of the middle one, by verb, of those that were sent. */
function mediansOf({ times }: ProbeResult): Record<string, number> {
  return Object.fromEntries(
    Object.entries(times)
      .filter(([, each]) => each.length > 0)
      .map(([verb, each]) => [verb, Math.round(each.toSorted((a, b) => a - b)[each.length >> 1]!)]),
  );
}

const summaryOf = (result: ProbeResult) => ({
  api: result.generation,
  server: result.isService ? 'the service' : 'another address',
  requests: Object.values(result.times).reduce((sum, each) => sum + each.length, 0),
  medianMs: mediansOf(result),
  open: result.answers.filter(({ isOpen }) => isOpen).map(({ id }) => id),
  isClean: result.left === undefined,
  isWhole: result.error === undefined,
});

function summaryLines(result: ProbeResult): string[] {
  const { api, server, requests, medianMs, isClean, isWhole } = summaryOf(result);
  const times = Object.entries(medianMs).map(([verb, ms]) => `${verb} ${ms} ms`);
  return [
    '',
    `API ${api}, ${server}; ${requests} requests, in the middle ${times.join(', ')}`,
    `${isWhole ? 'All questions were asked' : 'It was ended early'}; ${isClean ? 'nothing is left on the Stage' : 'a hidden folder is left'}`,
  ];
}

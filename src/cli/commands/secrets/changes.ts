import { secrets } from '../../../api/resources/secrets.ts';
import { printable } from '../../../model/printable.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { readSecret } from '../../management/changing/passwords.ts';
import { ifExists } from '../../management/find.ts';
import { printOutcome } from '../../management/printing/print-outcome.ts';
import type { Run } from '../../management/run.ts';
import { shownSecret } from './secret-fields.ts';

/** `stagesync secrets set`: makes it where there is none of that name. */
export async function setSecret(run: Run<{ readonly valueFile: string }>): Promise<ExitStatus> {
  const [name = ''] = run.args;
  const value = await readSecret(run, run.flags.valueFile, { flag: '--value-file', question: 'Value: ' });
  const there = (await run.api.names.list('secret')).find((each) => each.name === name || each.id === name);
  const parts = {
    thing: `secret ${there?.name ?? name}`,
    idOf: () => there?.id ?? name,
    again: () => `secrets get ${there?.id ?? name}`,
    print: (row: object) =>
      printOutcome(run, `secret ${there?.name ?? name} is set`, shownSecret({ ...row })),
  };
  return there === undefined
    ? change(run, { ...parts, operation: secrets.create, input: { body: { name, value } } })
    : change(run, { ...parts, operation: secrets.update, input: { secretID: there.id, body: { value } } });
}

export async function deleteSecret(run: Run<{ readonly ifExists?: true }>): Promise<ExitStatus> {
  const [wanted = ''] = run.args;
  const found = await ifExists(run, `secret ${wanted}`, () => run.api.names.find('secret', wanted));
  if (found === undefined) return EXIT.clean;
  const { id, name, row } = found;
  return change(run, {
    thing: `secret ${name}`,
    operation: secrets.delete,
    input: { secretID: id },
    confirmation: {
      name,
      id,
      warning: [`This deletes secret ${printable(name)} (${printable(id)}) for good: its value is lost.`],
    },
    idOf: () => id,
    again: () => 'secrets list',
    print: () => printOutcome(run, `secret ${name} is deleted`, shownSecret(row)),
  });
}

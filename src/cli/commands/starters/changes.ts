import { starters, type Starter } from '../../../api/resources/starters.ts';
import { printable } from '../../../model/printable.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { ifExists } from '../../management/find.ts';
import { printOutcome } from '../../management/printing/print-outcome.ts';
import { printRow } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { shownStarter, STARTER_FIELDS } from './starter-fields.ts';

interface CreateFlags {
  readonly database: string;
  readonly provider?: string;
  readonly region?: string;
  readonly ifNotExists?: true;
}

export async function createStarter(run: Run<CreateFlags>): Promise<ExitStatus> {
  const [name = ''] = run.args;
  const { database, provider, region, ifNotExists } = run.flags;
  const all = ifNotExists === true ? await run.api.names.list('starter') : [];
  const there = all.find((each) => each.name === name)?.row;
  return change(run, {
    thing: `starter workspace ${name}`,
    operation: starters.create,
    input: {
      body: {
        name,
        databaseName: database,
        ...(provider !== undefined && { provider }),
        ...(region !== undefined && { regionName: region }),
      },
    },
    already: there === undefined ? undefined : 'is there already',
    shown: there,
    idOf: ({ virtualWorkspaceID }) => String(virtualWorkspaceID),
    again: ({ virtualWorkspaceID }) => `starters get ${String(virtualWorkspaceID)}`,
    print: (row) => printRow(run, shownStarter(run, row as Starter), STARTER_FIELDS, run.flags),
  });
}

export async function terminateStarter(run: Run<{ readonly ifExists?: true }>): Promise<ExitStatus> {
  const [wanted = ''] = run.args;
  const found = await ifExists(run, `starter workspace ${wanted}`, () =>
    run.api.names.find('starter', wanted),
  );
  if (found === undefined) return EXIT.clean;
  const { id, name, row } = found;
  const thing = `starter workspace ${name}`;
  return change(run, {
    thing,
    operation: starters.terminate,
    input: { virtualWorkspaceID: id },
    confirmation: {
      name,
      id,
      warning: [
        `This ends ${printable(thing)} (${printable(id)}) for good, with its database and its Stage.`,
      ],
    },
    idOf: () => id,
    again: () => 'starters list',
    print: () => printOutcome(run, `${thing} is TERMINATED`, shownStarter(run, row)),
  });
}

import { starters } from '../../../api/resources/starters.ts';
import type { ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import {
  openPasswordOut,
  type PasswordFlags,
  passwordTo,
  readPassword,
} from '../../management/changing/passwords.ts';
import { printOutcome } from '../../management/printing/print-outcome.ts';
import type { Run } from '../../management/run.ts';

/** The starter workspace and the user, or its name, that the arguments say. */
async function whoIn(run: Run) {
  const [wanted = '', user = ''] = run.args;
  const { id: virtualWorkspaceID, name } = await run.api.names.find('starter', wanted);
  return {
    virtualWorkspaceID,
    user,
    again: () => `starters get ${virtualWorkspaceID}`,
    within: `starter workspace ${name}`,
  };
}

export async function createUser(run: Run<PasswordFlags>): Promise<ExitStatus> {
  const { virtualWorkspaceID, user, again, within } = await whoIn(run);
  const password = await readPassword(run);
  await using place = run.flags.dryRun === true ? undefined : await openPasswordOut(run);
  return await change(run, {
    thing: `user ${user}`,
    operation: starters.createUser,
    input: { virtualWorkspaceID, body: { userName: user, ...(password !== undefined && { password }) } },
    idOf: ({ userID }) => String(userID),
    again,
    onPassword: passwordTo(run, place, { user, key: 'password' }),
    print: (row) =>
      printOutcome(run, `user ${user} of ${within} has the ID ${String(row['userID'])}`, {
        userName: user,
        ...row,
      }),
  });
}

export async function setPassword(run: Run<PasswordFlags>): Promise<ExitStatus> {
  const { virtualWorkspaceID, user, again, within } = await whoIn(run);
  const password = await readPassword(run);
  return change(run, {
    thing: `user ${user}`,
    operation: starters.updateUser,
    input: { virtualWorkspaceID, userID: user, body: { ...(password !== undefined && { password }) } },
    idOf: () => user,
    again,
    print: () => printOutcome(run, `user ${user} of ${within} has the password given`, { userID: user }),
  });
}

export async function deleteUser(run: Run): Promise<ExitStatus> {
  const { virtualWorkspaceID, user, again, within } = await whoIn(run);
  return change(run, {
    thing: `user ${user}`,
    operation: starters.deleteUser,
    input: { virtualWorkspaceID, userID: user },
    idOf: () => user,
    again,
    print: () => printOutcome(run, `user ${user} of ${within} is deleted`, { userID: user }),
  });
}

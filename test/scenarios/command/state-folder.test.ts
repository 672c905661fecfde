import { platform } from 'node:os';
import { expect, test } from 'vitest';
import { cliSandbox } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { writeTree } from '../../support/trees/trees.ts';

/** There nothing can be made, and the system says that the folder above is not there. */
test.runIf(platform() === 'linux')(
  'a state folder, or an embedded Stage, below /proc is an error at once',
  async () => {
    await using cli = await cliSandbox();
    await writeTree(cli.folder, { 'data/a': 'a' });
    const sync = (env: Record<string, string>) =>
      commandInside(cli, ['sync', 'data', 'stage://local/in'], { env });
    const state = await sync({ XDG_STATE_HOME: '/proc/none' });
    expect([state.status, state.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^stagesync: cannot keep state in \/proc\/none\/stagesync\/\S+: the file system of \/proc takes no new folders \(ENOTSUP\); .*XDG_STATE_HOME/,
      ),
    ]);
    const stage = await sync({ XDG_DATA_HOME: '/proc/none' });
    expect([stage.status, stage.stderr]).toEqual([
      2,
      expect.stringMatching(/^stagesync: cannot keep the embedded Stage in .*ENOTSUP.*XDG_DATA_HOME/),
    ]);
    const doctor = await commandInside(cli, ['doctor', 'data'], { env: { XDG_STATE_HOME: '/proc/none' } });
    expect(doctor.status).toBe(2);
    expect(doctor.stdout).toMatch(
      /^failed {3}state folder {2}\/proc\/none\/stagesync cannot be made: \/proc is/m,
    );
  },
);

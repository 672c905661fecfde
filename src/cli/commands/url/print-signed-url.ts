import { EMBEDDED, parseStageAddress } from '../../../jobs/addresses.ts';
import { useToLook } from '../../../jobs/ends/looking-gate.ts';
import { nothingOnStage } from '../../../jobs/ends/list-place.ts';
import { openStage } from '../../../jobs/ends/open-stage.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { hasFact, SyncError } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { StageFlags } from '../../flags/authority-flags.ts';
import { stageSurroundings } from '../../surroundings.ts';

/** `stagesync url`. The address goes to stdout alone: it is a secret. */
export async function printSignedUrl(context: Context, text: string, flags: StageFlags): Promise<ExitStatus> {
  const address = parseStageAddress(text, 'ADDRESS');
  const { path } = address;
  if (path === '' || path.endsWith('/')) throw isFolder(text);
  if (address.deployment === EMBEDDED)
    throw usageError(
      `the embedded Stage ends with this command, and the address with it; start "stagesync emulator" and name its deployment`,
    );
  const around = stageSurroundings(context, flags);
  const signal = around.draining;
  const { destination, client, gate } = await openStage(around, { address, root: '', concurrency: 1 });
  try {
    const { name } = destination.words;
    using use = useToLook(gate, { name, concurrency: 1, draining: signal });
    const request = { operation: 'read', path } as const;
    const url = await use
      .request(request, () => client.signedUrl(path, { signal }))
      .catch(async (error: unknown) => {
        if (!hasFact(error, 'missing')) throw error;
        const look = { operation: 'list', path: `${path}/` } as const;
        const folder = await use.request(look, () => destination.listFolder(`${path}/`, { signal }));
        throw folder === undefined ? nothingOnStage(destination, path) : isFolder(text);
      });
    if (url === undefined)
      throw new SyncError(
        'stage_rejected',
        `this Stage sends ${printable(path)} itself and gives no signed address; use "stagesync cat"`,
        { verdict: 'end_run' },
      );
    context.out.line(url);
    context.err.line(
      'stagesync: this address is a secret: whoever has it can read the file, without a token, until it expires',
    );
    return EXIT.clean;
  } finally {
    await destination.close();
  }
}

const isFolder = (text: string): SyncError =>
  usageError(`${printable(text)} is a folder; only a file has a signed address`);

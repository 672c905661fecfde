import { EXIT, type ExitStatus } from '../exit-status.ts';
import type { Run } from './run.ts';

/** Milliseconds between two looks. */
const EVERY_MS = 10_000;
const CLEAR_SCREEN = '\u{1b}[H\u{1b}[2J';

/**
 * Shows something once, or again and again until Ctrl-C: on a terminal in the place of what it showed before, elsewhere
 * below it. Rejects as `show` does, and with the reason of the signal.
 */
export async function watching(
  run: Pick<Run, 'api' | 'out' | 'host' | 'draining' | 'flags'>,
  { isOn }: { readonly isOn: boolean },
  show: () => Promise<void>,
): Promise<ExitStatus> {
  const { host, out, api, draining } = run;
  const isLive = host.stdout.isTTY === true && run.flags.json !== true;
  for (let shown = 0; ; shown++) {
    if (isOn && isLive) host.stdout.write(CLEAR_SCREEN);
    else if (isOn && shown > 0 && run.flags.json !== true) out.line('');
    await show();
    await out.flush();
    if (!isOn) return EXIT.clean;
    await api.clock.sleep(EVERY_MS, draining);
  }
}

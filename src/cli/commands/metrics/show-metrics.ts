import { metrics } from '../../../api/resources/metrics.ts';
import { organizations } from '../../../api/resources/organizations.ts';
import { quantity } from '../../../billing/quantity.ts';
import { printable } from '../../../model/printable.ts';
import type { ExitStatus } from '../../exit-status.ts';
import { findGroup } from '../../management/find.ts';
import { alignedRows } from '../../management/printing/print-rows.ts';
import { watching } from '../../management/watching.ts';
import type { Run } from '../../management/run.ts';
import { type Sample, samplesIn, watchedValues } from './open-metrics.ts';

/** `stagesync metrics`: the text as the service writes it, or what matters of it in columns. */
export async function showMetrics(run: Run<{ readonly watch?: true }>): Promise<ExitStatus> {
  const { api, host, out } = run;
  const { workspaceGroupID } = await findGroup(run, run.args[0] ?? '');
  const { orgID: organizationID } = await api.call(organizations.current, {});
  const isWatched = run.flags.watch === true;
  let before: readonly Sample[] = [];
  let beforeMs = api.clock.elapsed();
  return watching(run, { isOn: isWatched }, async () => {
    const text = await api.call(metrics.ofGroup, { organizationID, workspaceGroupID });
    if (!isWatched) {
      const isTerminal = host.stdout.isTTY === true;
      for (const line of text.trimEnd().split('\n')) out.line(isTerminal ? printable(line) : line);
      return;
    }
    const samples = samplesIn(text);
    const nowMs = api.clock.elapsed();
    const rows = watchedValues(samples, before, (nowMs - beforeMs) / 1000);
    [before, beforeMs] = [samples, nowMs];
    for (const line of alignedRows(
      rows.map((row) => ({ ...row })),
      [
        { key: 'workspace' },
        { key: 'metric' },
        { key: 'value', text: (value) => quantity(Number(value)) },
        {
          key: 'perSecond',
          title: 'A SECOND',
          text: (value) => (typeof value === 'number' ? quantity(value) : undefined),
        },
      ],
    ))
      out.line(line);
  });
}

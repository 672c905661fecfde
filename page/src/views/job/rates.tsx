import { useMemo } from 'preact/hooks';
import { bytes } from '../../../../src/cli/output/quantities.ts';
import { samples } from '../../live/connection.ts';
import { useStore } from '../../live/store.ts';
import { Chart } from '../../parts/chart/chart.tsx';
import type { Drawing } from '../../parts/chart/draw.ts';
import { ratesOf, summary } from '../../text/series.ts';
import { decimal } from '../../text/words.ts';

const perSecond = (value: number): string => `${bytes(Math.round(value))}/s`;
const calls = (value: number): string => `${decimal(value)}/s`;

const THROUGHPUT: Drawing = {
  lines: [{ label: 'Sent', colour: '--accent', filled: true }],
  text: perSecond,
  height: 190,
};
const CALLS: Drawing = {
  lines: [
    { label: 'Requests', colour: '--accent', filled: false },
    { label: 'Refused', colour: '--bad', filled: true },
  ],
  text: calls,
  height: 190,
};

/** What the job sent and asked for in the last minutes. */
export function JobRates({ job }: { readonly job: string }) {
  const known = useStore(samples);
  const rates = useMemo(() => ratesOf(known?.job === job ? known.samples : []), [known, job]);
  const throughput = useMemo(() => [rates.times, rates.bytes] as const, [rates]);
  const requests = useMemo(() => [rates.times, rates.requests, rates.refused] as const, [rates]);
  if (rates.times.length < 2)
    return <p class="quiet">Throughput and requests are shown here once the job has done something.</p>;
  const sent = summary(rates.bytes);
  const asked = summary(rates.requests);
  return (
    <div class="charts">
      <Chart
        title="Throughput"
        label={`Throughput: ${perSecond(sent.last)} now, ${perSecond(sent.highest)} at most`}
        drawing={THROUGHPUT}
        data={throughput}
      />
      <Chart
        title="Requests"
        label={`Requests: ${calls(asked.last)} now, ${calls(asked.highest)} at most; refused ${calls(summary(rates.refused).last)}`}
        drawing={CALLS}
        data={requests}
      />
    </div>
  );
}

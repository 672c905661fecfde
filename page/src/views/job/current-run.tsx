import type { CurrentRun, JobView, TransferView } from '../../../../src/daemon/view/daemon-view.ts';
import { bytes, count, counted } from '../../../../src/cli/output/quantities.ts';
import { useNow } from '../../live/clock.ts';
import { speeds } from '../../live/connection.ts';
import { Meter } from '../../parts/meter.tsx';
import { Name } from '../../parts/name.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { span } from '../../text/times.ts';
import { filesText } from '../../text/machines.ts';
import { firstTransfers } from '../../text/transfers.ts';
import { causeText } from '../../text/words.ts';

/** With a hundred requests at once the others tell the same. */
const MOST_SHOWN = 10;

/** The run that goes on: how far it is, and the files under way. */
export function RunNow({ job, current }: { readonly job: JobView; readonly current: CurrentRun }) {
  const now = useNow();
  const shown = firstTransfers(current.transfers, MOST_SHOWN);
  return (
    <section aria-labelledby="now" class="panel">
      <div class="heading">
        <h2 id="now">Run under way</h2>
        <p class="quiet">
          {causeText(current.cause)}, for {span(now - current.startedMs)}
        </p>
      </div>
      <Progress job={job} current={current} />
      {current.transfers.length > 0 && (
        <Table
          name="Files under way"
          class="transfers"
          columns={columnsAt(now)}
          rows={shown}
          keyOf={({ path }) => path}
        />
      )}
      {shown.length < current.transfers.length && (
        <p class="quiet foot">
          And {counted(current.transfers.length - shown.length, 'other file')} at the same time.
        </p>
      )}
    </section>
  );
}

function Progress({ job, current }: { readonly job: JobView; readonly current: CurrentRun }) {
  const { compared, counted, uploaded, failed, toUpload, toUploadBytes, sentBytes, workers } = current;
  const speed = speeds.of(job);
  const more = counted ? '' : ' so far';
  return (
    <>
      <Meter
        label={`Progress of ${job.name}`}
        value={sentBytes}
        total={counted && toUploadBytes > 0 ? toUploadBytes : undefined}
      />
      <p class="progress">
        <span>
          <strong>{count(uploaded)}</strong> of {count(toUpload)} files{more}
        </span>
        <span>
          <strong>{bytes(sentBytes)}</strong> of {bytes(toUploadBytes)}
          {more}
        </span>
        {speed !== undefined && <span>{bytes(Math.round(speed.bytesPerSecond))}/s</span>}
        {speed?.leftMs !== undefined && <span>{span(speed.leftMs)} left</span>}
        {failed > 0 && <span class="bad-text">{count(failed)} failed</span>}
        <span class="quiet">{count(compared)} compared</span>
        {workers !== undefined && (
          <span class="quiet">{filesText(workers.files, workers.bytes)} with workers</span>
        )}
      </p>
    </>
  );
}

const columnsAt = (now: number): readonly Column<TransferView>[] => [
  { title: 'File', cell: ({ path }) => <Name text={path} /> },
  { title: 'Sent', cellClass: 'sent', label: 'Sent', cell: (transfer) => <Sent transfer={transfer} /> },
  {
    title: 'Rate',
    class: 'number',
    label: 'Rate',
    cell: (transfer) => {
      const rate = rateOf(transfer, now);
      return rate > 0 && !isSent(transfer) ? `${bytes(Math.round(rate))}/s` : '';
    },
  },
  {
    title: 'Left',
    class: 'number',
    label: 'Left',
    cell: (transfer) => {
      const left = leftMs(transfer, now);
      return left === undefined ? (
        ''
      ) : (
        <>
          {span(left)}
          <span class="narrow"> left</span>
        </>
      );
    },
  },
];

function Sent({ transfer }: { readonly transfer: TransferView }) {
  const { path, size, sentBytes } = transfer;
  return (
    <>
      <Meter label={`Sent of ${path}`} value={sentBytes} total={size} />
      <span>
        {bytes(sentBytes)}
        {isSent(transfer) ? ', waits for the answer' : size !== undefined && ` of ${bytes(size)}`}
      </span>
    </>
  );
}

const isSent = ({ size, sentBytes }: TransferView): boolean => size !== undefined && sentBytes >= size;

/** Bytes a second. */
function rateOf({ sentBytes, startedMs }: TransferView, now: number): number {
  const seconds = (now - startedMs) / 1000;
  return seconds < 1 ? 0 : sentBytes / seconds;
}

function leftMs(transfer: TransferView, now: number): number | undefined {
  const { size, sentBytes } = transfer;
  const rate = rateOf(transfer, now);
  if (size === undefined || rate <= 0 || isSent(transfer)) return undefined;
  return ((size - sentBytes) / rate) * 1000;
}

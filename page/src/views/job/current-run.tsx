import type { CurrentRun, JobView, TransferView } from '../../../../src/daemon/view/daemon-view.ts';
import { bytes, count, counted } from '../../../../src/cli/output/quantities.ts';
import { useNow } from '../../live/clock.ts';
import { speeds } from '../../live/connection.ts';
import { Meter } from '../../parts/meter.tsx';
import { Name } from '../../parts/name.tsx';
import { span } from '../../text/times.ts';
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
        <table class="transfers">
          <caption class="hidden">Files under way</caption>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Sent</th>
              <th scope="col" class="number">
                Rate
              </th>
              <th scope="col" class="number">
                Left
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((transfer) => (
              <Transfer key={transfer.path} transfer={transfer} now={now} />
            ))}
          </tbody>
        </table>
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
  const { compared, counted, uploaded, failed, toUpload, toUploadBytes, sentBytes } = current;
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
      </p>
    </>
  );
}

function Transfer({
  transfer: { path, size, sentBytes, startedMs },
  now,
}: {
  readonly transfer: TransferView;
  readonly now: number;
}) {
  const seconds = (now - startedMs) / 1000;
  const rate = seconds < 1 ? 0 : sentBytes / seconds;
  const isSent = size !== undefined && sentBytes >= size;
  const left = size === undefined || rate <= 0 || isSent ? undefined : ((size - sentBytes) / rate) * 1000;
  return (
    <tr>
      <td>
        <Name text={path} />
      </td>
      <td data-label="Sent" class="sent">
        <Meter label={`Sent of ${path}`} value={sentBytes} total={size} />
        <span>
          {bytes(sentBytes)}
          {isSent ? ', waits for the answer' : size !== undefined && ` of ${bytes(size)}`}
        </span>
      </td>
      <td data-label="Rate" class="number">
        {rate > 0 && !isSent ? `${bytes(Math.round(rate))}/s` : ''}
      </td>
      <td data-label="Left" class="number">
        {left === undefined ? '' : span(left)}
        <span class="narrow">{left === undefined ? '' : ' left'}</span>
      </td>
    </tr>
  );
}

import type { JobView } from '../../../../src/daemon/view/daemon-view.ts';
import { bytes, count } from '../../../../src/cli/output/quantities.ts';
import { useNow } from '../../live/clock.ts';
import { speeds } from '../../live/connection.ts';
import { JobButtons } from '../../parts/job-buttons.tsx';
import { Mark } from '../../parts/mark.tsx';
import { Meter } from '../../parts/meter.tsx';
import { Name } from '../../parts/name.tsx';
import { hashOf } from '../../text/routes.ts';
import { ago, ahead, span } from '../../text/times.ts';
import { endWord, isInStep, nextText, rhythmText, stateWord } from '../../text/words.ts';
import { ToSign } from '../../parts/to-sign.tsx';

export function JobRow({ job }: { readonly job: JobView }) {
  const now = useNow();
  return (
    <tr>
      <th scope="row">
        <a class="job-name" href={hashOf({ view: 'job', job: job.name })}>
          <Name text={job.name} />
        </a>
        <div class="ends">
          <Name text={job.from} /> <ToSign /> <Name text={job.to} />
        </div>
      </th>
      <td data-label="State">
        <Mark {...stateWord(job.state)} />
        <StateDetail job={job} />
      </td>
      <td data-label="Oldest change" class="time">
        {job.oldestChangeMs === undefined ? (
          <span class="quiet">{isInStep(job) ? 'In step' : 'Not known'}</span>
        ) : (
          span(now - job.oldestChangeMs)
        )}
      </td>
      <td data-label="Next run" class="time">
        {job.nextRunMs === undefined ? (
          <span class="quiet">{nextText(job)}</span>
        ) : (
          <span title={rhythmText(job)}>{ahead(job.nextRunMs, now)}</span>
        )}
      </td>
      <td data-label="Last run" class="time">
        <LastRun job={job} now={now} />
      </td>
      <td class="actions">
        <JobButtons job={job} few />
      </td>
    </tr>
  );
}

function StateDetail({ job }: { readonly job: JobView }) {
  const { current, reason } = job;
  if (current === undefined) return reason === undefined ? null : <Name text={reason} class="detail" />;
  if (!current.counted && current.toUpload === 0)
    return <div class="detail">{count(current.compared)} compared</div>;
  const speed = speeds.of(job);
  return (
    <div class="detail">
      <Meter
        label={`Progress of ${job.name}`}
        value={current.sentBytes}
        total={current.counted ? current.toUploadBytes : undefined}
      />
      {count(current.uploaded)} of {count(current.toUpload)}
      {current.counted ? '' : '+'}
      {speed !== undefined && speed.bytesPerSecond > 0 && `, ${bytes(Math.round(speed.bytesPerSecond))}/s`}
      {speed?.leftMs !== undefined && `, ${span(speed.leftMs)} left`}
    </div>
  );
}

function LastRun({ job: { name, lastRun }, now }: { readonly job: JobView; readonly now: number }) {
  if (lastRun === undefined) return <span class="quiet">None yet</span>;
  return (
    <a href={hashOf({ view: 'run', job: name, run: lastRun.id })}>
      <Mark {...endWord(lastRun)} />
      <span class="since">
        {lastRun.report.failed > 0 && `${count(lastRun.report.failed)} failed, `}
        {ago(lastRun.endedMs, now)}
      </span>
    </a>
  );
}

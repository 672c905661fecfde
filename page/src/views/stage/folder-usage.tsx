import { useEffect } from 'preact/hooks';
import { bytes, counted } from '../../../../src/cli/output/quantities.ts';
import { useNow } from '../../live/clock.ts';
import { useStore } from '../../live/store.ts';
import { Meter } from '../../parts/meter.tsx';
import { Name } from '../../parts/name.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { hashOf } from '../../text/routes.ts';
import { ago, clockTime } from '../../text/times.ts';
import { wayTo, type Usage, type UsageRow } from '../../text/usage.ts';
import { leaveWalk, stopWalk, walkAgain, walkOf, type Walk } from './walks.ts';

/** What lies in a folder of a Stage, the largest first. */
export function FolderUsage({ address }: { readonly address: string }) {
  const walk = useStore(walkOf(address));
  useEffect(() => () => leaveWalk(address), [address]);
  return (
    <>
      <Way address={address} />
      <Head address={address} walk={walk} />
      {walk.usage.quota !== undefined && <Quota size={walk.usage.size} quota={walk.usage.quota} />}
      {walk.problem !== undefined && (
        <p class="reason warn" role="status">
          <Name text={walk.problem} class="message" />
        </p>
      )}
      {walk.usage.problems.map((problem) => (
        <p key={problem} class="reason warn">
          <Name text={problem} class="message" />
        </p>
      ))}
      <Rows address={address} usage={walk.usage} />
    </>
  );
}

function Way({ address }: { readonly address: string }) {
  return (
    <nav class="way" aria-label="Folders">
      <ol>
        <li>
          <a href="#/stage">Stage</a>
        </li>
        {wayTo(address).map((step) => (
          <li key={step.address}>
            <a
              href={hashOf({ view: 'stage', address: step.address })}
              {...(step.address === address && { 'aria-current': 'page' as const })}
            >
              <Name text={step.name} />
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Head({ address, walk }: { readonly address: string; readonly walk: Walk }) {
  const now = useNow();
  const { usage, isWalking, atMs } = walk;
  const sum = `${bytes(usage.size)} in ${counted(usage.files, 'file')}`;
  const title = usage.isWhole
    ? sum
    : isWalking
      ? 'Adding up'
      : usage.files > 0
        ? `At least ${sum}`
        : 'Not added up';
  return (
    <div class="heading">
      <h1 aria-live="polite">{title}</h1>
      <p class="quiet">
        {isWalking
          ? usage.files > 0
            ? `${sum} so far`
            : 'Each folder takes a request.'
          : `as of ${ago(atMs, now)}`}
      </p>
      <div class="buttons">
        {isWalking ? (
          <button type="button" onClick={() => stopWalk()}>
            Stop
          </button>
        ) : (
          <button type="button" onClick={() => walkAgain(address)}>
            Look again
          </button>
        )}
      </div>
    </div>
  );
}

function Quota({ size, quota }: { readonly size: number; readonly quota: number }) {
  return (
    <div class="panel quota">
      <Meter label="Share of the quota" value={size} total={quota} />
      <p class="progress">
        <span>
          <strong>
            {size * 100 < quota ? percent(size / quota) : `${Math.round((size / quota) * 100)}%`}
          </strong>{' '}
          of the quota of {bytes(quota)}
        </span>
        <span class="quiet">{bytes(Math.max(0, quota - size))} free</span>
      </p>
    </div>
  );
}

function Rows({ address, usage }: { readonly address: string; readonly usage: Usage }) {
  if (usage.rows.length === 0) return usage.isWhole ? <p class="quiet">The folder is empty.</p> : null;
  return (
    <>
      <Table
        name="What lies in the folder, the largest first"
        class="usage"
        columns={columnsOf(address, usage)}
        rows={usage.rows}
        keyOf={({ path }) => path}
      />
      {usage.left.rows > 0 && (
        <p class="quiet foot">
          And {usage.left.rows.toLocaleString('en')} smaller ones with {bytes(usage.left.size)}.
        </p>
      )}
    </>
  );
}

function columnsOf(address: string, usage: Usage): readonly Column<UsageRow>[] {
  const largest = usage.rows[0]?.size ?? 0;
  return [
    { title: 'Name', namesRows: true, cell: (row) => <RowName address={address} row={row} /> },
    { title: 'Size', class: 'number', cell: ({ size }) => bytes(size) },
    {
      title: 'Share',
      class: 'share',
      cell: ({ size }) => (
        <>
          <div class="bar" aria-hidden="true">
            {size > 0 && <span style={{ inlineSize: `${(size / largest) * 100}%` }} />}
          </div>
          {usage.size > 0 && <span class="quiet">{percent(size / usage.size)}</span>}
        </>
      ),
    },
    {
      title: (
        <>
          Files<span class="share">, or changed</span>
        </>
      ),
      class: 'number',
      cell: (row) => {
        if (row.kind === 'folder') return row.files.toLocaleString('en');
        if (row.modifiedMs === undefined) return '';
        return <span class="quiet share">{clockTime(row.modifiedMs)}</span>;
      },
    },
  ];
}

function RowName({ address, row }: { readonly address: string; readonly row: UsageRow }) {
  if (row.kind !== 'folder') return <Name text={row.path} />;
  return (
    <a href={hashOf({ view: 'stage', address: `${address}${row.path}` })}>
      <Name text={row.path} />
    </a>
  );
}

const percent = (share: number): string =>
  share === 0 ? '0%' : share < 0.001 ? '<0.1%' : `${(share * 100).toFixed(1)}%`;

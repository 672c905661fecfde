import { useEffect } from 'preact/hooks';
import { bytes, counted } from '../../../../src/cli/output/quantities.ts';
import { useNow } from '../../live/clock.ts';
import { useStore } from '../../live/store.ts';
import { Meter } from '../../parts/meter.tsx';
import { Name } from '../../parts/name.tsx';
import { hashOf } from '../../text/routes.ts';
import { ago, clockTime } from '../../text/times.ts';
import { wayTo, type Usage } from '../../text/usage.ts';
import { stopWalk, walkAgain, walkOf, type Walk } from './walks.ts';

/** What lies in a folder of a Stage, the largest first. */
export function FolderUsage({ address }: { readonly address: string }) {
  const walk = useStore(walkOf(address));
  useEffect(() => stopWalk, [address]);
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
  return (
    <div class="heading">
      <h1 aria-live="polite">{usage.isWhole ? sum : isWalking ? 'Adding up' : `At least ${sum}`}</h1>
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
          <strong>{Math.round((size / quota) * 100)}%</strong> of the quota of {bytes(quota)}
        </span>
        <span class="quiet">{bytes(Math.max(0, quota - size))} free</span>
      </p>
    </div>
  );
}

function Rows({ address, usage }: { readonly address: string; readonly usage: Usage }) {
  const largest = usage.rows[0]?.size ?? 0;
  if (usage.rows.length === 0) return usage.isWhole ? <p class="quiet">The folder is empty.</p> : null;
  return (
    <>
      <table class="usage">
        <caption class="hidden">What lies in the folder, the largest first</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col" class="share">
              Share
            </th>
            <th scope="col" class="number">
              Files<span class="share">, or changed</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {usage.rows.map((row) => (
            <tr key={row.path}>
              <th scope="row">
                {row.kind === 'folder' ? (
                  <a href={hashOf({ view: 'stage', address: `${address}${row.path}` })}>
                    <Name text={row.path} />
                  </a>
                ) : (
                  <Name text={row.path} />
                )}
              </th>
              <td class="number">{bytes(row.size)}</td>
              <td class="share">
                <div class="bar" aria-hidden="true">
                  <span style={{ inlineSize: `${largest === 0 ? 0 : (row.size / largest) * 100}%` }} />
                </div>
                {usage.size > 0 && <span class="quiet">{percent(row.size / usage.size)}</span>}
              </td>
              <td class="number">
                {row.kind === 'folder' ? (
                  row.files.toLocaleString('en')
                ) : row.modifiedMs === undefined ? (
                  ''
                ) : (
                  <span class="quiet share">{clockTime(row.modifiedMs)}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {usage.left.rows > 0 && (
        <p class="quiet foot">
          And {usage.left.rows.toLocaleString('en')} smaller ones with {bytes(usage.left.size)}.
        </p>
      )}
    </>
  );
}

const percent = (share: number): string =>
  share === 0 ? '0%' : share < 0.001 ? '<0.1%' : `${(share * 100).toFixed(1)}%`;

import type { StagePlace } from '../../../../src/daemon/view/page-api.ts';
import { askJson } from '../../live/api.ts';
import { useLoaded } from '../../live/loaded.ts';
import { Name } from '../../parts/name.tsx';
import { hashOf } from '../../text/routes.ts';
import { FolderUsage } from './folder-usage.tsx';

/** Where to look, or a folder with its sizes. */
export function StagePage({ address }: { readonly address: string | undefined }) {
  return address === undefined ? <Places /> : <FolderUsage key={address} address={address} />;
}

function Places() {
  const { value, problem } = useLoaded('places', () =>
    askJson<{ places: readonly StagePlace[] }>('stage/places'),
  );
  return (
    <>
      <div class="heading">
        <h1>Stage</h1>
        <p class="quiet">What is in the folders, and how much of it. Each folder takes a request or more.</p>
      </div>
      {value === undefined && <p class="quiet">{problem ?? 'Loading.'}</p>}
      {value?.places.length === 0 && <p class="quiet">No job goes to a Stage.</p>}
      {value?.places.map((place) => (
        <section key={place.address} class="panel">
          <h2>
            <a href={hashOf({ view: 'stage', address: place.address })}>
              <Name text={place.address} />
            </a>
          </h2>
          <ul class="places">
            {place.used.map((used) => (
              <li key={`${used.job} ${used.address}`}>
                <a href={hashOf({ view: 'stage', address: used.address })}>
                  <Name text={used.address} />
                </a>{' '}
                <span class="quiet">
                  of <Name text={used.job} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

import type { Parts } from '../live/loaded.ts';
import { Name } from './name.tsx';

/** What stands below a list that comes part by part. */
export function More<Row>({ of, none }: { readonly of: Parts<Row>; readonly none: string }) {
  if (of.problem !== undefined)
    return (
      <p class="bad-text" role="alert">
        <Name text={of.problem} class="message" />
      </p>
    );
  if (of.rows.length === 0) return <p class="quiet">{of.isLoading ? 'Loading.' : none}</p>;
  if (!of.more) return null;
  return (
    <button type="button" class="more" disabled={of.isLoading} onClick={() => of.loadMore()}>
      {of.isLoading ? 'Loading' : 'Show more'}
    </button>
  );
}

import { printable } from '../../../src/model/printable.ts';

/** How much of something is done; without a total it only shows that something goes on. */
export function Meter({
  label,
  value,
  total,
}: {
  readonly label: string;
  readonly value: number;
  readonly total: number | undefined;
}) {
  const share = total === undefined ? undefined : total === 0 ? 1 : Math.min(1, value / total);
  return (
    <div
      class={share === undefined ? 'meter open' : 'meter'}
      role="progressbar"
      aria-label={printable(label)}
      {...(share !== undefined && {
        'aria-valuenow': Math.round(share * 100),
        'aria-valuemin': 0,
        'aria-valuemax': 100,
      })}
    >
      <span style={{ inlineSize: `${(share ?? 0) * 100}%` }} />
    </div>
  );
}

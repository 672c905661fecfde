import { failed, ok, skipped, warning, type Check, type Finding } from '../check.ts';
import { asksService } from './deployments.ts';
import { duration } from '../../model/quantities/duration.ts';

/** In milliseconds. S3 and others refuse requests that are signed a quarter of an hour off. */
const REFUSED_FROM = 15 * 60_000;
const DOUBTFUL_FROM = 60_000;

/** The clock of this machine beside that of the API, by the Date header of a reply. */
export const clock: Check = {
  name: 'clock',
  concerns: asksService,
  async examine({ api }, signal) {
    try {
      const before = Date.now();
      const { headers } = await api.ask((connection) =>
        connection.send({
          signal,
          verb: 'GET',
          target: `${connection.basePath}/v1/organizations/current`,
          headers: connection.authorize(),
        }),
      );
      // the middle of the request is when the reply was made
      return judgeClock(Date.parse(String(headers['date'])), (before + Date.now()) / 2);
    } catch (error) {
      return skipped(
        (error as { code?: unknown }).code === 'config'
          ? 'not compared: there is no token that could be used'
          : 'not compared: the API gave no answer',
      );
    }
  },
};

/** Both in milliseconds since 1970; the header has whole seconds. */
export function judgeClock(theirs: number, ours: number): Finding {
  if (Number.isNaN(theirs)) return skipped('not compared: the reply has no date');
  const skew = Math.abs(ours - theirs);
  const text = `${duration(skew)} ${ours < theirs ? 'behind' : 'ahead of'} that of the API`;
  const wayOut =
    'set the clock, by NTP for one: requests to S3 are refused from 15 minutes on, and times of files mislead';
  if (skew >= REFUSED_FROM) return failed(text, 'config', wayOut);
  return skew >= DOUBTFUL_FROM ? warning(text, wayOut) : ok('agrees with that of the API');
}

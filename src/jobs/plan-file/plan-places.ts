import { DEFAULT_BASE_URL } from '../../api/base-url.ts';
import { EMBEDDED } from '../addresses.ts';
import { hasCredentials, type Authority } from '../authority.ts';
import type { JobEnds } from '../check-job.ts';
import type { Environment } from '../environment.ts';
import { unusablePlan } from '../usage-errors.ts';
import type { MadeFor } from './plan-file.ts';
import { printable } from '../../model/printable.ts';

type Places = Pick<MadeFor, 'baseUrl' | 's3Endpoint'>;

/** The places to which the authority and the environment send requests. A plan file keeps them, to be compared. */
export function placesOf(environment: Environment, { stage, s3 }: Authority, { from, to }: JobEnds): Places {
  const baseUrl = stage.baseUrl ?? environment.baseUrl ?? DEFAULT_BASE_URL;
  const s3Endpoint = s3.endpointUrl ?? environment.s3EndpointUrl;
  const asksApi = [from, to].some((end) => end.kind === 'stage' && end.deployment !== EMBEDDED);
  return {
    ...(asksApi && { baseUrl: normalised(baseUrl) }),
    ...(from.kind === 's3' && s3Endpoint !== undefined && { s3Endpoint: normalised(s3Endpoint) }),
  };
}

/**
 * One spelling for all spellings of a URL. '' for a text that is no URL or holds a password: it must not be shown,
 * and is refused where it is opened.
 */
const normalised = (url: string): string =>
  hasCredentials(url) || !URL.canParse(url) ? '' : new URL(url).href.replace(/\/+$/, '');

interface Place {
  /** The words between "was made for" and the place. */
  readonly name: string;
  /** What a message says where there is no such place. */
  readonly none: string;
  readonly wayOut: string;
}

const PLACES = {
  baseUrl: {
    name: 'the API at',
    none: 'the embedded Stage',
    wayOut: 'give --base-url or SINGLESTOREDB_MANAGEMENT_BASE_URL as it was',
  },
  s3Endpoint: {
    name: 'S3 at',
    none: 'AWS',
    wayOut: 'give --endpoint-url or AWS_ENDPOINT_URL_S3 as it was',
  },
  destination: {
    name: 'DEST',
    none: '',
    wayOut: 'set the deployment in the environment as it was',
  },
  source: {
    name: 'SOURCE',
    none: '',
    wayOut: 'let the link lead where it led',
  },
} as const satisfies Readonly<Record<keyof MadeFor, Place>>;

/** Rejects with `config`, naming both, when a plan was made for another place than the one it is to be applied at. */
export function refuseOther(
  file: string,
  which: keyof MadeFor,
  planned: string | undefined,
  here: string | undefined,
): void {
  if (planned === here || here === '') return;
  const { name, none, wayOut } = PLACES[which];
  const [then, now] = [planned ?? none, here ?? none].map(printable);
  throw unusablePlan(
    file,
    `was made for ${name} ${then}, and here it is ${now}: ${wayOut}, or make a new plan`,
  );
}

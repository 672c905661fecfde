import { configError } from '../usage-errors.ts';

/** What SINGLESTOREDB_URL says, in the forms that the official clients take. */
export interface SqlUrl {
  /** As parseEndpoint takes it: with a scheme only where that is https or http. */
  readonly endpoint: string | undefined;
  readonly user: string | undefined;
  /** Secret. */
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly isToken: boolean;
}

/** The schemes of the clients that speak HTTP; the port of all others is that of the MySQL protocol. */
const OVER_HTTP: ReadonlySet<string> = new Set([
  'http:',
  'https:',
  'singlestoredb+http:',
  'singlestoredb+https:',
]);

/**
 * 'user:password@host:3306/database', with or without a scheme: singlestoredb://, mysql://, https:// or http://.
 * Rejects with `config` what is no URL; the text, which may hold a password, is not shown.
 */
export function readSqlUrl(text: string): SqlUrl {
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*:)\/\//i.exec(text) ?? [];
  const rest = text.slice(scheme === '' ? 0 : scheme.length + 2);
  // a scheme that the platform knows gives the same parts for all
  const url = URL.parse(`https://${rest}`);
  if (url === null)
    throw configError(
      'SINGLESTOREDB_URL has to be an address like user:password@host/database; what is special in a password is written with "%"',
    );
  const kind = scheme.toLowerCase();
  const isHttp = OVER_HTTP.has(kind);
  const host = kind === '' || isHttp ? url.host : url.hostname;
  const plain = kind.endsWith('http:') && kind !== 'singlestoredb+http:' ? 'http://' : '';
  return {
    endpoint: host === '' ? undefined : `${kind === 'https:' ? 'https://' : plain}${host}`,
    user: decoded(url.username),
    password: decoded(url.password),
    database: decoded(url.pathname.slice(1)),
    isToken: url.searchParams.get('credential_type')?.toUpperCase() === 'JWT',
  };
}

function decoded(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw configError('SINGLESTOREDB_URL has a "%" that stands for nothing: write "%25" for each "%"');
  }
}

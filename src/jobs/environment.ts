import { isAbsolute, join } from 'node:path';

/** The settings that come from the environment. Names are those of the official SingleStore clients, the AWS tools, curl and XDG. */
export interface Environment {
  /** Secret. */
  readonly token: string | undefined;
  readonly baseUrl: string | undefined;
  readonly apiVersion: string | undefined;
  /** The deployment of `stage:///path` with API v1. */
  readonly workspaceGroup: string | undefined;
  /** The deployment of `stage:///path` with API v2, where it names a cluster. */
  readonly workspace: string | undefined;
  readonly organization: string | undefined;
  /** The budget of requests that is shared with other processes. Secret: it may have a password. */
  readonly budgetUrl: string | undefined;
  /** The database that loads a Stage. Its password, and its URL, which may have one, are secret. */
  readonly sql: {
    readonly url: string | undefined;
    readonly host: string | undefined;
    readonly user: string | undefined;
    readonly password: string | undefined;
    readonly database: string | undefined;
  };
  /** The Redis by way of which workers get files to send. Secret: it may have a password. */
  readonly queueUrl: string | undefined;
  /** Where S3 is, when no flag says so; the more special of the AWS tools' two variables counts. */
  readonly s3EndpointUrl: string | undefined;
  /** The key of objects that their writer encrypted with a key of its own (SSE-C), in base64. Secret. */
  readonly customerKey: string | undefined;
  /** For the Stage API and for S3. Secret: they may hold a password. */
  readonly proxy: {
    readonly https: string | undefined;
    readonly http: string | undefined;
    readonly except: string | undefined;
  };
  /** The broker of the lease that a process works by. Secret: it may hold a password. */
  readonly leaseUrl: string | undefined;
  /** Ledgers and locks. */
  readonly stateFolder: string;
  /** Files of the embedded Stage. */
  readonly stageFolder: string;
  /** Print stacks. */
  readonly debug: boolean;
  readonly ci: boolean;
}

export const LEASE_VARIABLE = 'STAGESYNC_LEASE_URL';

type Variables = Readonly<Record<string, string | undefined>>;

/** An empty variable counts as unset. */
const setting = (env: Variables, name: string): string | undefined => env[name]?.trim() || undefined;

/** Both are in use; curl and most others let the lower case win. */
const inEitherCase = (env: Variables, name: string): string | undefined =>
  setting(env, name) ?? setting(env, name.toUpperCase());

/** XDG: a relative path in one of its variables is invalid and ignored. */
function xdgFolder(env: Variables, name: string, fallback: string): string {
  const value = setting(env, name);
  return value !== undefined && isAbsolute(value) ? value : fallback;
}

const s3Endpoint = (env: Variables): string | undefined =>
  setting(env, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS')?.toLowerCase() === 'true'
    ? undefined
    : (setting(env, 'AWS_ENDPOINT_URL_S3') ?? setting(env, 'AWS_ENDPOINT_URL'));

export function readEnvironment(env: Variables, home: string): Environment {
  const state = xdgFolder(env, 'XDG_STATE_HOME', join(home, '.local', 'state'));
  const data = xdgFolder(env, 'XDG_DATA_HOME', join(home, '.local', 'share'));
  const debug = setting(env, 'STAGESYNC_DEBUG');
  const ci = setting(env, 'CI');
  return {
    token: setting(env, 'SINGLESTOREDB_MANAGEMENT_TOKEN'),
    baseUrl: setting(env, 'SINGLESTOREDB_MANAGEMENT_BASE_URL'),
    apiVersion: setting(env, 'SINGLESTOREDB_MANAGEMENT_VERSION'),
    workspaceGroup: setting(env, 'SINGLESTOREDB_WORKSPACE_GROUP'),
    workspace: setting(env, 'SINGLESTOREDB_WORKSPACE'),
    organization: setting(env, 'SINGLESTOREDB_ORGANIZATION'),
    budgetUrl: setting(env, 'STAGESYNC_BUDGET_URL'),
    sql: {
      url: setting(env, 'SINGLESTOREDB_URL'),
      host: setting(env, 'SINGLESTOREDB_HOST'),
      user: setting(env, 'SINGLESTOREDB_USER'),
      password: setting(env, 'SINGLESTOREDB_PASSWORD'),
      database: setting(env, 'SINGLESTOREDB_DATABASE'),
    },
    queueUrl: setting(env, 'STAGESYNC_QUEUE_URL'),
    s3EndpointUrl: s3Endpoint(env),
    leaseUrl: setting(env, LEASE_VARIABLE),
    customerKey: setting(env, 'STAGESYNC_SSE_C_KEY'),
    proxy: {
      https: inEitherCase(env, 'https_proxy'),
      http: inEitherCase(env, 'http_proxy'),
      except: inEitherCase(env, 'no_proxy'),
    },
    stateFolder: join(state, 'stagesync'),
    stageFolder: join(data, 'stagesync', 'stage'),
    debug: debug !== undefined && debug !== '0',
    ci: ci !== undefined && ci !== 'false' && ci !== '0',
  };
}

import type { EmulatorOptions } from '../../../src/emulator/options.ts';
import type { CliOptions, CliResult, CliSandbox } from '../cli/cli.ts';
import { byteOrder, createTestBucket } from './s3-bucket.ts';
import type { S3Server, TestBucket } from './s3-bucket.ts';
import type { Fault, ProxiedRequest } from './s3-proxy.ts';
import { servedStage } from '../stage/served-stage.ts';
import type { ServedStage } from '../stage/served-stage.ts';
import { digestOf } from '../trees/trees.ts';
import type { Snapshot } from '../trees/trees.ts';

/** A bucket and a Stage, with the command line between them; its objects come through a proxy that can misbehave. */
export interface BucketAndStage extends AsyncDisposable {
  readonly bucket: TestBucket;
  readonly stage: ServedStage;
  readonly cli: CliSandbox;
  /** The source's address; its objects begin with this prefix. */
  readonly source: string;
  readonly prefix: string;
  /** What goes wrong between the command line and the bucket; asked for every request. */
  fault: (request: ProxiedRequest) => Fault | undefined;
  /** Puts an object below the prefix. */
  put(path: string, body: Uint8Array | string): Promise<void>;
  remove(path: string): Promise<void>;
  /** `sync` from the bucket to the Stage with --json. */
  sync(flags?: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Paths whose objects were read since the last call, one for each request, in order. */
  reads(): string[];
  /** The files on the Stage with digests of their bytes, folders left out. */
  files(): Promise<Snapshot>;
}

export interface BucketAndStageOptions {
  readonly prefix?: string;
  readonly emulator?: EmulatorOptions;
}

export async function bucketAndStage(
  server: S3Server,
  { prefix = 'some/prefix/', emulator }: BucketAndStageOptions = {},
): Promise<BucketAndStage> {
  const stage = await servedStage(emulator);
  const sort = server.real ? () => undefined : byteOrder;
  const bucket = await createTestBucket(server, (request) => inTurn(sort(request), pair.fault(request)));
  const source = `s3://${bucket.name}/${prefix}`;
  const env = {
    AWS_ACCESS_KEY_ID: server.accessKey,
    AWS_SECRET_ACCESS_KEY: server.secretKey,
    // nothing of the machine: neither its profiles nor the address that an instance asks for its role
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  let seen = 0;
  const pair: BucketAndStage = {
    bucket,
    stage,
    cli: stage.cli,
    source,
    prefix,
    fault: () => undefined,
    put: (path, body) => bucket.put(prefix + path, body),
    remove: (path) => bucket.remove(prefix + path),
    sync: (flags = [], options = {}) =>
      stage.cli.run(['sync', source, stage.address, '--endpoint-url', bucket.url, '--json', ...flags], {
        ...options,
        env: { ...env, ...options.env },
      }),
    reads() {
      const requests = bucket.proxy.requests.slice(seen);
      seen = bucket.proxy.requests.length;
      return requests
        .filter(({ isRead }) => isRead)
        .map((request) => keyOf(request, bucket.name).slice(prefix.length));
    },
    async files() {
      const all = Object.entries(await stage.snapshot());
      return Object.fromEntries(all.filter(([path]) => !path.endsWith('/')));
    },
    async [Symbol.asyncDispose]() {
      await bucket.close();
      await stage[Symbol.asyncDispose]();
    },
  };
  return pair;
}

/** The key that a request is for, '' for a listing. */
export const keyOf = ({ url }: ProxiedRequest, bucket: string): string =>
  decodeURIComponent(url.pathname).slice(bucket.length + 2);

/** Two changes to one answer: listings are put into order before they are changed again. */
function inTurn(first: Fault | undefined, second: Fault | undefined): Fault | undefined {
  const [a, b] = [first?.rewrite, second?.rewrite];
  const rewrite = a !== undefined && b !== undefined ? (xml: string): string => b(a(xml)) : (b ?? a);
  return { ...first, ...second, ...(rewrite === undefined ? {} : { rewrite }) };
}

/** The digests that a snapshot of these files shows. */
export const digests = (files: Readonly<Record<string, string | Uint8Array>>): Snapshot =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [path, digestOf(content)]));

import { run } from './child.ts';

/** The programs that the machine has, with their versions; undefined for what is missing. */
export interface Peers {
  readonly curl: string | undefined;
  readonly rclone: string | undefined;
  readonly rsync: string | undefined;
  readonly find: string | undefined;
  readonly aws: string | undefined;
  /** The interpreter itself, with requests and boto3. */
  readonly python: { readonly executable: string; readonly version: string } | undefined;
  readonly radosgw: S3Endpoint | undefined;
}

/** A real S3 server, from STAGESYNC_TEST_S3_ENDPOINT, _ACCESS_KEY and _SECRET_KEY. */
export interface S3Endpoint {
  readonly url: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export async function findPeers(env: Readonly<Record<string, string | undefined>>): Promise<Peers> {
  const [curl, rclone, rsync, find, aws, python] = await Promise.all([
    versionOf('curl', ['--version']),
    versionOf('rclone', ['--version']),
    versionOf('rsync', ['--version']),
    versionOf('find', ['--version']),
    versionOf('aws', ['--version']),
    findPython(),
  ]);
  const url = env['STAGESYNC_TEST_S3_ENDPOINT'];
  const accessKey = env['STAGESYNC_TEST_S3_ACCESS_KEY'];
  const secretKey = env['STAGESYNC_TEST_S3_SECRET_KEY'];
  const radosgw = url && accessKey && secretKey ? { url, accessKey, secretKey } : undefined;
  return { curl, rclone, rsync, find, aws, python, radosgw };
}

async function versionOf(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(command, args, { observe: false });
    return (stdout || stderr).split('\n')[0]!.trim();
  } catch {
    return undefined;
  }
}

const ASK_PYTHON =
  'import sys, platform, requests, boto3; print(sys.executable); print(f"Python {platform.python_version()}, requests {requests.__version__}, boto3 {boto3.__version__}")';

async function findPython(): Promise<Peers['python']> {
  try {
    const { stdout } = await run('python3', ['-c', ASK_PYTHON], { observe: false });
    const [executable = '', version = ''] = stdout.split('\n');
    return { executable, version };
  } catch {
    return undefined;
  }
}

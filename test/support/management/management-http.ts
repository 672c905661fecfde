import type { Emulator } from '../../../src/emulator/options.ts';
import { StageHttp } from '../stage/stage-http.ts';
import type { HttpReply } from '../stage/stage-http.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Speaks plain HTTP to the management plane of an emulator whose clock stands still until it is moved. */
export class ManagementHttp {
  readonly emulator: Emulator;
  readonly #http: StageHttp;

  constructor(emulator: Emulator) {
    this.emulator = emulator;
    this.#http = new StageHttp(emulator, '');
    emulator.clock.set({ rate: 0 });
  }

  send(method: string, path: string, body?: unknown): Promise<HttpReply> {
    return this.#http.api(method, path, body);
  }

  /** The reply of a request that succeeds; fails with the service's words when it does not. */
  async ok(method: string, path: string, body?: unknown): Promise<Fields> {
    return this.#read(method, path, body) as Promise<Fields>;
  }

  async list(path: string): Promise<readonly Fields[]> {
    return this.#read('GET', path) as Promise<readonly Fields[]>;
  }

  /** Status and words of a refusal. */
  async refusal(method: string, path: string, body?: unknown): Promise<string> {
    const { status, text } = await this.send(method, path, body);
    return `${status} ${text.trimEnd()}`;
  }

  advance(ms: number): void {
    this.emulator.clock.set({ advanceMs: ms });
  }

  async makeGroup(fields: Fields = {}): Promise<string> {
    const body = { name: 'g', regionID: DEFAULT_REGION, firewallRanges: [], ...fields };
    const { workspaceGroupID } = await this.ok('POST', '/v1/workspaceGroups', body);
    this.advance(1000);
    return String(workspaceGroupID);
  }

  async makeWorkspace(workspaceGroupID: string, fields: Fields = {}): Promise<string> {
    const body = { name: 'w', workspaceGroupID, ...fields };
    const { workspaceID } = await this.ok('POST', '/v1/workspaces', body);
    this.advance(1000);
    return String(workspaceID);
  }

  async stateOf(workspaceId: string): Promise<unknown> {
    return (await this.ok('GET', `/v1/workspaces/${workspaceId}`))['state'];
  }

  async #read(method: string, path: string, body?: unknown): Promise<unknown> {
    const { status, text } = await this.send(method, path, body);
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }
}

export const DEFAULT_REGION = '64031b98-3f0e-4a4b-8f3c-5d2b7c1e9a10';
export const NO_SUCH = '11111111-2222-4333-8444-555555555555';

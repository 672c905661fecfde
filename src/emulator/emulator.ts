/**
 * The embedded Stage: an HTTP server with the Management API, a Stage and a Data API, for tests and for trying things.
 *
 * @module stagesync/emulator
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import multipart from '@fastify/multipart';
import { bearerCheck } from './http/bearer-check.ts';
import type { WhoAsks } from './http/bearer-check.ts';
import { BehaviourControl } from './control/behaviour.ts';
import { registerControlRoutes } from './control/control-routes.ts';
import { Counters } from './control/counters.ts';
import { DataFolder } from './storage/data-folder.ts';
import { registerDownloads } from './stage/downloads.ts';
import type { ExchangeContext } from './http/exchange.ts';
import { FaultControl } from './control/fault-control.ts';
import { hostCheck } from './http/host-check.ts';
import type { ManagementPlane } from './management/management-plane.ts';
import { LOCAL_DEPLOYMENT } from './options.ts';
import type { Emulator, EmulatorOptions } from './options.ts';
import { RequestsInProgress } from './http/requests-in-progress.ts';
import { endConnections, httpServer, stopListening } from './http/server.ts';
import { registerStageRoutes } from './stage/stage-routes.ts';
import { UrlSigner } from './stage/url-signer.ts';

/** How long requests in progress may go on when the emulator closes. */
const GRACE_MS = 1000;
/** How `by` names the token that clients normally send. */
const MAIN_TOKEN = 'token';

/**
 * Starts an embedded Stage on two ports. Rejects when the port is taken, the data folder cannot be used, a deployment
 * ID is not a UUID or an allowed host is neither a name nor an address.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = '127.0.0.1', port = 0, token = randomBytes(24).toString('hex') } = options;
  const checkHost = hostCheck(host, options.allowedHosts);
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'stagesync-emulator-')));
  const data = new DataFolder(resolve(dataDir), options.autoCreate ?? false);
  const { authorise, whoAsks, isToken } = bearerCheck({ ...options.otherTokens, [MAIN_TOKEN]: token });
  const context = contextOf(options, whoAsks);
  const signer = new UrlSigner();
  const { keepAliveMs } = options;
  let plane: Promise<ManagementPlane> | undefined;
  const openPlane = async (): Promise<ManagementPlane> => {
    const { openManagementPlane } = await import('./management/management-plane.ts');
    return openManagementPlane({ ...context, data, authorise, isToken });
  };
  const api = httpServer(context, {
    checkHost,
    keepAliveMs,
    authorise,
    elsewhere: async (verb, path) => (await (plane ??= openPlane())).handlerOf(verb, path),
  });
  const downloads = httpServer(context, { checkHost, keepAliveMs });

  const close = async (): Promise<void> => {
    stopListening(api);
    stopListening(downloads);
    await context.requests.finish(GRACE_MS);
    await Promise.all([endConnections(api), endConnections(downloads)]);
    await context.requests.settled();
    await swept;
    await resumed;
    await (await plane)?.close();
    await data.close();
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };

  let swept = Promise.resolve();
  let resumed = Promise.resolve();
  try {
    for (const deployment of options.deployments ?? [LOCAL_DEPLOYMENT]) data.deployments.ensure(deployment);
    registerDownloads(downloads, { ...context, data, signer });
    const downloadUrl = await downloads.listen({ host, port: 0 });
    const downloadUrlOf = (deployment: string, path: string): string =>
      downloadUrl + signer.sign(deployment, path, context.behaviour.current.redirectExpiresSeconds);
    await api.register(multipart, { limits: { fileSize: Infinity }, throwFileSizeLimit: false });
    registerStageRoutes(api, { ...context, data, authorise, downloadUrlOf, generated: options.generated });
    registerControlRoutes(api, { ...context, authorise, clock: data.clock });
    const url = await api.listen({ host, port });
    swept = data.sweep();
    // pipelines that an earlier process left running; where there is no database, nothing of this is loaded
    if (data.hasDatabases) resumed = (plane ??= openPlane()).then((opened) => opened.resumePipelines());
    let closing: Promise<void> | undefined;
    return {
      url,
      downloadUrl,
      port: (api.server.address() as AddressInfo).port,
      token,
      get deployments() {
        return data.deployments.list().map(({ id, name }) => ({ id, name }));
      },
      counters: context.counters,
      behaviour: context.behaviour,
      faults: context.faults,
      clock: data.clock,
      swept,
      settled: () => context.requests.settled(),
      close: () => (closing ??= close()),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function contextOf(options: EmulatorOptions, whoAsks: WhoAsks): ExchangeContext {
  return {
    whoAsks,
    counters: new Counters(),
    behaviour: new BehaviourControl(options.behaviour),
    faults: new FaultControl(options.faults),
    requests: new RequestsInProgress(),
    onRequest: options.onRequest,
    onLog: options.onLog,
  };
}

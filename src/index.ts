/**
 * The library. A pass needs a source, a destination, a ledger and its options:
 *
 *     const source = await openLocalSource({ root: 'data', followSymlinks: false });
 *     const client = await createStageClient({ token, deployment });
 *     const destination = createStageDestination({ client, root: 'data/' });
 *     const ledger = openLedger({ folder, source: source.label, destination: destination.label, command, pid });
 *     const { report, error } = await runPass({ source, destination, ledger, filter: everything,
 *       ...PASS_DEFAULTS, draining, signal, onEvent });
 *
 * HTTP and the AWS SDK are loaded when they are used. The embedded Stage is a module of its own, 'stagesync/emulator'.
 */
export * from './model/entry.ts';
export * from './model/errors.ts';
export * from './model/events.ts';
export * from './model/path.ts';
export * from './model/plan.ts';
export * from './model/ports.ts';
export type { ProxySettings } from './http/proxy.ts';
export { openLocalSource, type LocalSourceOptions } from './sources/local/local-source.ts';
export {
  createMemorySource,
  type MemorySource,
  type MemorySourceOptions,
} from './sources/memory/memory-source.ts';
export { formatS3Address, isS3Address, parseS3Address, type S3Address } from './sources/s3/address.ts';
export { openS3Source, type S3SourceOptions } from './sources/s3/s3-source.ts';
export {
  openApiConnection,
  type ApiConnection,
  type ApiConnectionOptions,
  type ApiTimeouts,
  type ApiVerb,
  // the names these types had before the API had an area of its own
  type ApiConnectionOptions as StageConnection,
  type ApiTimeouts as StageTimeouts,
  type ApiVerb as StageVerb,
} from './api/connection.ts';
export { currentOrganization, type Organization } from './api/organizations.ts';
export { listRegions, type Region } from './api/regions.ts';
export { listDeployments, type Deployment, type ListDeploymentsOptions } from './api/deployments.ts';
export { resolveDeployment } from './api/resolve-deployment.ts';
export {
  createStageClient,
  stageClient,
  type StageClient,
  type StageClientOptions,
  type StageOptions,
} from './stage/stage-client.ts';
export {
  createStageDestination,
  type StageDestinationOptions,
} from './destinations/stage/stage-destination.ts';
export type { StageGeneration } from './stage/stage-url.ts';
export { systemClock } from './sync/clock.ts';
export {
  createFilter,
  everything,
  parseFilterLines,
  type FilterRule,
  type FilterRules,
} from './filter/filter.ts';
export { openLedger, type LedgerOptions } from './sync/ledger/open-ledger.ts';
export { type Ledger } from './sync/ledger/ledger.ts';
export * from './sync/pass-options.ts';
export { PASS_DEFAULTS } from './sync/pass-defaults.ts';
export { runPass } from './sync/pass.ts';

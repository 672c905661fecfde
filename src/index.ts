/**
 * The library. One call is one sync:
 *
 *     const { report, error } = await sync({ from: './data', to: 'stage:///data' });
 *
 * One call copies files, as `stagesync cp` does:
 *
 *     const { copied, failed } = await copy({ from: 'stage:///exports', to: './exports', recursive: true });
 *
 * `openJob` opens a job once, for many passes. Below it are the parts: a source, a destination, a ledger and `runPass`.
 *
 * HTTP, the AWS SDK and the embedded Stage are loaded when they are used. The embedded Stage is also a module of its own,
 * 'stagesync/emulator', and what every source and destination promises is one, 'stagesync/contract'.
 *
 * @module stagesync
 */
export { type Children, type ChildrenByName, type PackedChildren } from './model/children.ts';
export { type DestinationWords } from './model/destination-words.ts';
export * from './model/entry.ts';
export * from './model/errors.ts';
export * from './model/events.ts';
export * from './model/path.ts';
export * from './model/plan.ts';
export * from './model/ports.ts';
export type { ProxySettings } from './http/proxy.ts';
export { formatAddress, type Address } from './jobs/addresses.ts';
export type { Authority, S3Authority, StageAuthority } from './jobs/authority.ts';
export { check, type CheckOptions, type CheckResult } from './jobs/check.ts';
export { move, type MoveOptions, type MoveSettings } from './jobs/files/move.ts';
export { remove, type RemoveOptions, type RemoveSettings } from './jobs/files/remove.ts';
export type { ChangePace } from './jobs/files/change-stage.ts';
export type { FilesResult } from './files/file-changes.ts';
export type { FileChange, FileEvent, FileEventListener, FilesReport } from './files/file-events.ts';
export type { Totals as RemovalTotals } from './files/remove/removal-plan.ts';
export type { CheckSummary, Finding } from './check/finding.ts';
export { copy, type CopyOptions } from './jobs/files/copy.ts';
export type { CopyResult, CopySummary } from './files/copy/copy-step.ts';
export { createJob, type JobInput } from './jobs/create-job.ts';
export { readEnvironment, type Environment } from './jobs/environment.ts';
export type { Job, JobSections, LoadSettings, PaceSettings, WhatSettings, WhenSettings } from './jobs/job.ts';
export { openJob, type JobPass, type OpenJob } from './jobs/open-job.ts';
export { readJob } from './jobs/settings/job-shape.ts';
export { surroundingsOf, type Guards, type Surroundings } from './jobs/surroundings.ts';
export { sync, type SyncOptions, type SyncResult } from './jobs/sync.ts';
export { type Gate } from './remote/gate/gate.ts';
export { accountOf, Gates } from './remote/gate/gates.ts';
export { openLocalSource, type LocalSourceOptions } from './sources/local/local-source.ts';
export { RESERVED_NAME, ReservedNames } from './sources/reserved-names.ts';
export {
  destinationAsSource,
  type DestinationAsSourceOptions,
} from './sources/stage/destination-as-source.ts';
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
export { openManagement, type ManagementOptions } from './jobs/management.ts';
export type { ManagementApi, ManagementCall, Ready } from './api/management-api.ts';
export { operations } from './api/operations.ts';
export type { InputOf, Operation as ApiOperation, PartialReplyOf, ReplyOf } from './api/operation.ts';
export { awaitedAfter } from './api/waiting/after-change.ts';
export { inState, type Awaited as AwaitedState } from './api/waiting/awaited.ts';
export type { WaitLook, WaitOptions } from './api/waiting/wait-for.ts';
export type { Found, Kind as ApiKind } from './api/names/kinds.ts';
export type { WorkspaceGroup } from './api/resources/workspace-groups.ts';
export type { Workspace } from './api/resources/workspaces.ts';
export type { Cluster } from './api/resources/clusters.ts';
export type { Starter } from './api/resources/starters.ts';
export type { PrivateConnection } from './api/resources/private-connections.ts';
export type { StorageDRStatus } from './api/resources/storage-dr.ts';
export { currentOrganization, type Organization } from './api/resources/organizations.ts';
export { listRegions, type Region } from './api/resources/regions.ts';
export {
  listDeployments,
  type Deployment,
  type ListDeploymentsOptions,
} from './api/deployments/list-deployments.ts';
export { resolveDeployment } from './api/deployments/resolve-deployment.ts';
export { describeDeployments } from './api/deployments/describe-deployments.ts';
export type { Compute, DeploymentDetails } from './api/deployments/deployment.ts';
export {
  createStageClient,
  stageClient,
  type StageClient,
  type StageClientOptions,
  type StageOptions,
} from './stage/stage-client.ts';
export {
  openLocalDestination,
  type LocalDestinationOptions,
} from './destinations/local/local-destination.ts';
export {
  createMemoryDestination,
  type MemoryDestination,
  type MemoryDestinationOptions,
} from './destinations/memory/memory-destination.ts';
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
export type { Holder, LockPair, PairLock } from './sync/ledger/pair-lock.ts';
export { type Ledger } from './sync/ledger/ledger.ts';
export * from './sync/pass-options.ts';
export { PASS_DEFAULTS } from './sync/pass-defaults.ts';
export { runPass } from './sync/pass.ts';

/** Counts the queries of each workspace since the emulator was started. */
export class Queries {
  readonly #total = new Map<string, number>();

  total(workspaceId: string): number {
    return this.#total.get(workspaceId) ?? 0;
  }

  count(workspaceId: string): void {
    this.#total.set(workspaceId, this.total(workspaceId) + 1);
  }
}

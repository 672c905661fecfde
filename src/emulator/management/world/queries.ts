/** Counts the queries of each workspace since the emulator was started. */
export class Queries {
  readonly #running = new Map<string, number>();
  readonly #total = new Map<string, number>();

  running(workspaceId: string): number {
    return this.#running.get(workspaceId) ?? 0;
  }

  total(workspaceId: string): number {
    return this.#total.get(workspaceId) ?? 0;
  }

  begin(workspaceId: string): void {
    this.#running.set(workspaceId, this.running(workspaceId) + 1);
    this.#total.set(workspaceId, this.total(workspaceId) + 1);
  }

  end(workspaceId: string): void {
    this.#running.set(workspaceId, this.running(workspaceId) - 1);
  }
}

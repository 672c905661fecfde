import type { RequestInfo } from '../../../src/emulator/request-info.ts';
import { parentOf } from '../../../src/model/path.ts';
import type { Dice } from '../trees/dice.ts';
import { StageHttp } from '../stage/stage-http.ts';
import type { StageModel, Thing } from '../stage/stage-model.ts';
import { pathOf, within } from '../stage/stage-model.ts';
import type { TrialStage } from '../stage/trial-stage.ts';

/** Names of its own, some that the source has too, one that filters leave out. */
const NAMES = ['theirs', 'theirs-2', 'a', 'b', 'k.log', 'c'];

/** What a content of theirs begins with; longer than ours, and no two of one length. */
export const THEIRS = "somebody else's, which is of a length that none of ours has";

/** Somebody else who uses the same folder of the same Stage, over plain HTTP and with a token of their own. */
export class SecondWriter {
  static readonly token = 'token-of-the-second-writer';
  static readonly name = 'second';
  readonly #http: StageHttp;
  readonly #model: StageModel;
  readonly #dice: Dice;
  readonly #root: string;
  readonly #pending = new Map<string, string>();
  #serial = 0;
  #last: Promise<void> = Promise.resolve();
  /** What it did, for a person. */
  readonly deeds: string[] = [];

  constructor(stage: TrialStage, model: StageModel, dice: Dice, root: string) {
    this.#http = new StageHttp({ ...stage.emulator, token: SecondWriter.token });
    this.#model = model;
    this.#dice = dice;
    this.#root = root;
  }

  /** The content of what it puts at this path; known from before it is sent. */
  contentAt(path: string): string {
    return this.#pending.get(path) ?? '';
  }

  /** One deed; `near`: a request of ours that is under way, whose place is where it happens. One after the other. */
  act(near: RequestInfo | undefined): Promise<void> {
    const deed = this.#last.then(() => this.#act(near));
    this.#last = deed.catch(() => undefined);
    return deed;
  }

  async #act(near: RequestInfo | undefined): Promise<void> {
    const dice = this.#dice;
    const place = near === undefined ? undefined : (dice.chance(0.4) && near.to) || near.path;
    const aimed = place?.startsWith(this.#root) === true && !place.includes('.stagesync-');
    const folder = this.#folderNear(aimed && dice.chance(0.8) ? place : undefined);
    if (folder === undefined) return;
    const roll = dice.next();
    if (roll < 0.15) {
      await this.#send('PUT', `${folder}${dice.pick(['their folder', 'theirs', 'a', 'b'])}/`);
    } else if (roll < 0.35) {
      // a file of ours becomes theirs, or one of theirs goes
      const victim = this.#pickFile(aimed && dice.chance(0.6) ? place : undefined, folder);
      if (victim === undefined) return;
      if (dice.chance(0.5)) await this.put(victim);
      else await this.#send('DELETE', victim);
    } else await this.put(`${folder}${dice.pick(NAMES)}`);
  }

  /** Also where a Stage refuses to replace a file. */
  async put(path: string): Promise<void> {
    const content = `${THEIRS}${'.'.repeat(++this.#serial)}`;
    this.#pending.set(path, content);
    const status = await this.#send('PUT', path, content);
    if (status < 400 || this.#model.find(path)?.kind !== 'file') return;
    await this.#send('DELETE', path);
    await this.#send('PUT', path, content);
  }

  async makeFolder(path: string): Promise<void> {
    await this.#send('PUT', path);
  }

  async #send(verb: 'PUT' | 'DELETE', path: string, content?: string): Promise<number> {
    const { status } =
      content === undefined
        ? await this.#http.send(verb, encoded(path))
        : await this.#http.put(encoded(path), content);
    this.deeds.push(`${verb} ${path} ${status}`);
    return status;
  }

  #folderNear(place: string | undefined): string | undefined {
    const top = this.#model.findFolder(place === undefined ? this.#root : folderOf(place));
    const folders = [...within(top ?? this.#model.findFolder(this.#root) ?? this.#model.root)]
      .filter((thing) => thing.kind === 'folder')
      .map((thing) => pathOf(thing)!)
      .filter((path) => path.startsWith(this.#root) && !path.includes('.stagesync-'));
    return folders.length === 0 ? undefined : this.#dice.pick(folders);
  }

  #pickFile(place: string | undefined, folder: string): string | undefined {
    if (place !== undefined && this.#model.find(place)?.kind === 'file') return place;
    const files = [...(this.#model.findFolder(folder)?.children.values() ?? [])].filter(isFile);
    return files.length === 0 ? undefined : pathOf(this.#dice.pick(files));
  }
}

/** Encoded segment by segment. */
const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
const isFile = (thing: Thing): boolean => thing.kind === 'file';
const folderOf = (path: string): string => (path.endsWith('/') ? path : parentOf(path));

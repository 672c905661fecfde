import type { Listed } from './object-json.ts';

/** A tree that is made up as it is asked for: numbers, or code that gives a folder's children (undefined: no folder). */
export type GeneratedTree = GeneratedShape | ((folder: string, deployment: string) => GeneratedChildren);

interface GeneratedShape {
  /** Folders in the root: `folder-000000/`, … */
  readonly folders: number;
  /** Files in each of them: `file-000000.csv`, … */
  readonly filesPerFolder: number;
  /** Bytes; 1024 when absent. */
  readonly fileBytes?: number;
  /** Milliseconds since 1970; a fixed day when absent. */
  readonly modifiedMs?: number;
}

interface GeneratedChild {
  readonly name: string;
  readonly folder?: boolean;
  /** Bytes. */
  readonly size?: number;
  /** Milliseconds since 1970. */
  readonly modifiedMs?: number;
}

type GeneratedChildren = readonly GeneratedChild[] | undefined;

/** 2024-01-01, so that a generated tree is the same on every day. */
const MODIFIED_MS = 1_704_067_200_000;

/** Children of `folder` ('' or ending in '/'), in the order they were given. */
export function generatedChildren(
  tree: GeneratedTree,
  folder: string,
  deployment: string,
): readonly Listed[] | undefined {
  const children = typeof tree === 'function' ? tree(folder, deployment) : shapeChildren(tree, folder);
  return children?.map((child) => {
    const micros = (child.modifiedMs ?? MODIFIED_MS) * 1000;
    const folder = child.folder === true;
    return { name: child.name, folder, size: child.size ?? 0, created: micros, modified: micros };
  });
}

export const generatedFolder = (name: string): Listed => ({
  name,
  folder: 1,
  size: 0,
  created: MODIFIED_MS * 1000,
  modified: MODIFIED_MS * 1000,
});

function shapeChildren(shape: GeneratedShape, folder: string): GeneratedChildren {
  if (folder === '') return numbered(shape.folders, (digits) => ({ name: `folder-${digits}`, folder: true }));
  const digits = /^folder-(\d{6,})\/$/.exec(folder)?.[1];
  if (digits === undefined || Number(digits) >= shape.folders || pad(Number(digits)) !== digits)
    return undefined;
  const { fileBytes: size = 1024, modifiedMs = MODIFIED_MS } = shape;
  return numbered(shape.filesPerFolder, (digits) => ({ name: `file-${digits}.csv`, size, modifiedMs }));
}

const numbered = (count: number, make: (digits: string) => GeneratedChild): GeneratedChild[] =>
  Array.from({ length: count }, (_, i) => make(pad(i)));

const pad = (number: number): string => String(number).padStart(6, '0');
